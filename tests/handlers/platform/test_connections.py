"""Tickets open one connection each, soon, and nothing else opens one."""

import pytest

from shared.kernel.realtime.connections import connection_pk
from shared.kernel.realtime.items import Connection, Subscription, Ticket
from shared.kernel.storage import reads
from tests import signins
from tests.triggers import principal, socket_event

MEMBER = principal("usr_viewer", "realtime:connect")


def _connect(invoke, ticket, connection_id="con-1"):
    return invoke("platform.connect", socket_event("$connect", connection_id=connection_id, query={"ticket": ticket}))


@pytest.mark.covers("X-P-20")
def test_a_ticket_is_issued_for_a_minute(call):
    answer = call("platform.issue_ticket", caller=MEMBER)
    assert answer.status == 201
    ticket = answer.data.pop("ticket")
    assert len(ticket) == 43
    assert answer.json == {
        "data": {"ticket": ticket, "expiresAt": "2026-03-01T09:31:00.000Z", "url": "wss://live.wellspring.example"},
        "meta": {},
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_gets_a_ticket_unsigned_or_without_the_permission(call):
    assert (call("platform.issue_ticket").status, call("platform.issue_ticket").code) == (401, "UNAUTHORIZED")
    refused = call("platform.issue_ticket", caller=principal("usr_viewer"))
    assert (refused.status, refused.code) == (403, "FORBIDDEN")


@pytest.mark.covers("X-P-20")
def test_a_ticket_opens_one_connection_for_its_user(call, invoke):
    ticket = call("platform.issue_ticket", caller=signins.sign_in()).data["ticket"]
    assert _connect(invoke, ticket) == {"statusCode": 200}
    connection = reads.get(Connection, connection_pk("con-1"), "CONNECTION")
    assert (connection.user_id, connection.session_id) == (MEMBER.user_id, MEMBER.session_id)
    assert _connect(invoke, ticket, "con-2") == {"statusCode": 401}
    assert reads.get(Connection, connection_pk("con-2"), "CONNECTION") is None


def test_a_ticket_ends_after_a_minute(call, invoke, clock):
    ticket = call("platform.issue_ticket", caller=MEMBER).data["ticket"]
    clock.advance(seconds=60)
    assert _connect(invoke, ticket) == {"statusCode": 401}


@pytest.mark.parametrize("ticket", ["", "x", "q" * 43])
def test_an_unknown_ticket_opens_nothing(invoke, ticket):
    assert _connect(invoke, ticket) == {"statusCode": 401}
    assert invoke("platform.connect", socket_event("$connect")) == {"statusCode": 401}


def test_tickets_are_stored_hashed(call):
    ticket = call("platform.issue_ticket", caller=MEMBER).data["ticket"]
    assert reads.get(Ticket, f"TICKET#{ticket}", "TICKET") is None


def test_a_closed_connection_is_forgotten_with_its_subscriptions(invoke, opened, say):
    opened("con-1")
    say("con-1", {"action": "subscribe", "channel": "user:usr_viewer"})
    for _ in range(2):
        assert invoke("platform.disconnect", socket_event("$disconnect")) == {"statusCode": 200}
    assert reads.get(Connection, connection_pk("con-1"), "CONNECTION") is None
    assert reads.get(Subscription, "SUBSCRIBERS#user:usr_viewer#0", "con-1") is None


@pytest.mark.covers("S-G-27")
def test_a_heartbeat_is_answered_with_the_time(opened, say, clock):
    opened("con-1")
    clock.advance(seconds=30)
    assert say("con-1", {"action": "heartbeat", "ref": "h1"}) == [
        {
            "type": "alive",
            "time": "2026-03-01T09:30:30.000Z",
            "expiresAt": "2026-03-01T09:45:00.000Z",
            "ref": "h1",
        }
    ]
    assert reads.get(Connection, connection_pk("con-1"), "CONNECTION").heartbeat_at == clock.now()
