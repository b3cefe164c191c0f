"""A viewer who just vanishes is settled by the sweep and pays for what was watched, never for the silence."""

import time
from datetime import datetime, timedelta

import pytest

from infra.local.client import Client
from tests.stack.conftest import give

SWEEP_SECONDS = 60
SILENCE = timedelta(seconds=20)
PATIENCE_SECONDS = SWEEP_SECONDS + SILENCE.total_seconds() + 45


@pytest.mark.covers("X-W-05", "S-W-40")
def test_silence_ends_a_session_twenty_seconds_after_the_last_tick(
    admin: Client, viewer: Client, live_stream: str
) -> None:
    give(admin, viewer, "40")
    session_id = viewer.call("POST", f"/v1/streams/{live_stream}/session", {"ratePerMinute": "100"}).data["sessionId"]
    path = f"/v1/streams/{live_stream}/session/{session_id}"
    tick = {"streamId": live_stream, "sessionId": session_id, "intervalIndex": 0, "playbackMs": 10000}
    assert viewer.call("POST", "/v1/meter", tick, api="meterApi").status == 200

    deadline = time.monotonic() + PATIENCE_SECONDS
    while (session := viewer.call("GET", path).data)["status"] == "ACTIVE":
        assert time.monotonic() < deadline, "nobody settled the session"
        time.sleep(1)

    charged_at = viewer.call("GET", f"{path}/intervals").data[0]["chargedAt"]
    assert (session["reason"], session["charged"], session["intervals"]) == ("abandoned", "1", 1)
    assert datetime.fromisoformat(session["endedAt"]) == datetime.fromisoformat(charged_at) + SILENCE
    balance = viewer.call("GET", "/v1/wallet/balance").data
    assert (balance["available"], balance["held"], balance["pendingTransactions"]) == ("39", "0", 0)
    late = viewer.call("POST", "/v1/meter", tick | {"intervalIndex": 1}, api="meterApi")
    assert (late.status, late.code) == (409, "SESSION_ENDED")
