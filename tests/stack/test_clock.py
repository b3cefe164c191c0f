"""The stack's clock can be moved, and everything goes on. It runs early: the tests after it live in the future."""

from datetime import datetime, timedelta
from pathlib import Path

from infra.local.client import Client, run_schedule
from infra.local.clock import LocalClock
from tests.stack.conftest import Stack

SOON = timedelta(seconds=30)


def test_functions_follow_the_clock_and_signed_in_people_stay_signed_in(stack: Stack, viewer: Client) -> None:
    early = viewer.connect()
    told = LocalClock(Path(stack["clock"])).move(days=9)
    # A connection ends with the access token that its ticket was issued for, unless it is kept by a fresh ticket.
    early.send(action="heartbeat", ref="h")
    assert early.wait_for("error", ref="h")["error"]["code"] == "UNAUTHORIZED"
    early.close()
    socket = viewer.connect()
    socket.send(action="heartbeat", ref="h")
    assert timedelta() <= datetime.fromisoformat(socket.wait_for("alive", ref="h")["time"]) - told < SOON
    socket.close()
    token = viewer.token
    assert viewer.call("GET", "/v1/wallet/balance").status == 200
    viewer.token = "expired"
    assert viewer.call("GET", "/v1/auth/me").data["id"] == viewer.user_id
    assert viewer.token not in {token, "expired"}
    run_schedule(stack, "wallet-sweep-holds")
