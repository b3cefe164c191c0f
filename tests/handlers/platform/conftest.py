"""The live hub over moto, its gateway watched."""

from collections.abc import Callable, Iterator

import pytest

from tests import signins, sockets, triggers
from tests.calls import call, invoke
from tests.sockets import Sockets


@pytest.fixture
def gateway(aws: None) -> Iterator[Sockets]:
    """Provide the gateway's connections."""
    with sockets.watched() as watched:
        yield watched


@pytest.fixture
def opened(gateway: Sockets) -> Callable[..., None]:
    """Provide an opener of connections: ``opened("con-1", "usr_viewer")``."""

    def open_one(connection_id: str, user_id: str = "usr_viewer", session_id: str | None = None) -> None:
        caller = signins.sign_in(user_id, session_id)
        ticket = call("platform.issue_ticket", caller=caller).data["ticket"]
        event = triggers.socket_event("$connect", connection_id=connection_id, query={"ticket": ticket})
        assert invoke("platform.connect", event) == {"statusCode": 200}

    return open_one


@pytest.fixture
def say(gateway: Sockets) -> Callable[..., list[dict]]:
    """Provide a client's side: send a command, get the frames that came back."""
    actions = {"subscribe", "unsubscribe", "heartbeat", "authenticate"}

    def send(connection_id: str, body: dict | str) -> list[dict]:
        action = body.get("action") if isinstance(body, dict) else None
        route = action if action in actions else "$default"
        event = triggers.socket_event(route, connection_id=connection_id, body=body)
        event["requestContext"]["requestId"] = "req-1"
        name = route if route in actions else "refuse_unknown_action"
        assert invoke(f"platform.{name}", event) == {"statusCode": 200}
        return gateway.frames(connection_id)

    return send
