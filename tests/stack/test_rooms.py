"""Who is in a room and who is counted, over the deployed stack with a LiveKit server."""

import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from infra.local.client import Client
from tests.stack.conftest import Stack, give

PATIENCE_SECONDS = 30


def eventually(found: Callable[[], Any], expected: Any, *, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until something is as expected."""
    deadline = time.monotonic() + seconds
    while (seen := found()) != expected:
        assert time.monotonic() < deadline, f"still {seen}, not {expected}"
        time.sleep(0.2)


@pytest.mark.covers("S-L-13", "S-L-14", "S-L-33", "X-L-04")
def test_a_viewer_is_let_in_counted_removed_and_kept_out(
    stack: Stack, admin: Client, creator: Client, viewer: Client, live_stream: str
) -> None:
    livekit, path = stack["simulators"]["livekit"], f"/v1/streams/{live_stream}"

    def enter(token: str) -> None:
        assert requests.post(f"{livekit}/_sim/join", json={"token": token}, timeout=10).status_code == 200

    def present() -> list[str]:
        found = requests.get(f"{livekit}/_sim/rooms/{live_stream}/participants", timeout=10).json()
        return sorted(one["identity"] for one in found["participants"])

    def viewers() -> int:
        count: int = Client(stack).call("GET", path).data["viewers"]
        return count

    give(admin, viewer, "40")
    socket = viewer.connect()
    viewer.hear(socket, f"stream:{live_stream}")
    session_id = viewer.call("POST", f"{path}/session", {"ratePerMinute": "100"}).data["sessionId"]
    token = viewer.call("POST", f"{path}/token", {"sessionId": session_id}).data["token"]
    enter(token)
    identity = f"{viewer.user_id}:{session_id}"
    assert present() == sorted([creator.user_id, identity])
    socket.wait_for("viewers.changed", streamId=live_stream, viewers=1)
    assert viewers() == 1
    watching = creator.call("GET", f"{path}/viewers").data
    assert [one["userId"] for one in watching] == [viewer.user_id]

    assert viewer.call("DELETE", f"{path}/session/{session_id}").status == 200
    eventually(present, [creator.user_id])
    socket.wait_for("viewers.changed", streamId=live_stream, viewers=0)
    assert (viewers(), creator.call("GET", f"{path}/viewers").data) == (0, [])

    enter(token)
    eventually(present, [creator.user_id])

    assert creator.call("POST", f"{path}/end").status == 200
    socket.wait_for("stream.ended", streamId=live_stream)
    eventually(present, [])
    socket.close()


@pytest.mark.covers("S-L-20", "S-L-22")
def test_a_stream_is_found_while_it_is_live_and_afterwards(stack: Stack, creator: Client, live_stream: str) -> None:
    def listed(status: str) -> list[str]:
        answer = Client(stack).call("GET", "/v1/streams/list", status=status, category="education", limit=50)
        return [stream["id"] for stream in answer.data]

    assert live_stream in listed("live")
    assert creator.call("DELETE", f"/v1/streams/{live_stream}").status == 200
    eventually(lambda: (live_stream in listed("live"), live_stream in listed("ended")), (False, True))
