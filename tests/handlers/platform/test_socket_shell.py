"""Whatever goes wrong behind a route, the client hears of it in the one shape and nothing leaks."""

import pytest

from shared.kernel.declare import socket
from shared.kernel.shells.socket import SocketMessage
from tests import sockets
from tests.triggers import socket_event


@socket("break")
def broken(message: SocketMessage) -> None:
    """Fail."""
    raise KeyError("something internal")


def _event(route):
    event = socket_event(route, body={"action": "break", "ref": "9"})
    event["requestContext"]["requestId"] = "req-1"
    return event


def test_a_failure_is_told_without_its_reason(gateway, invoke):
    assert invoke(broken, _event("break")) == {"statusCode": 200}
    assert gateway.frames("con-1") == [
        {
            "type": "error",
            "ref": "9",
            "error": {
                "code": "INTERNAL_ERROR",
                "message": "Something went wrong on our side.",
                "details": [],
                "requestId": "req-1",
            },
        }
    ]


@pytest.mark.parametrize("route", ["$connect", "$disconnect"])
def test_a_failure_where_nobody_listens_is_a_status(gateway, invoke, route):
    assert invoke(broken, _event(route)) == {"statusCode": 500}
    assert gateway.tried == []


def test_an_answer_to_a_client_that_is_gone_is_dropped(gateway, opened, say):
    opened("con-1")
    gateway.faults = {"con-1": sockets.GONE}
    assert say("con-1", {"action": "heartbeat"}) == []
