"""A connection hears no longer than whoever holds it may: sign-in, suspension, roles, its own time (X-P-20)."""

from typing import ClassVar

import pytest

from shared.identity.events import AccountSuspended, RoleRevoked, SessionEnded, SessionsEnded
from shared.identity.users import signed_in
from shared.kernel.errors import Unauthorized
from shared.kernel.realtime import USER, LiveMessage, Outcome, publish
from shared.kernel.realtime.channels import ChannelKind
from shared.kernel.realtime.connections import authenticate, connection_pk, of_user
from shared.kernel.realtime.items import Connection, Subscription
from shared.kernel.realtime.schemas import Authenticate
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Update, commit
from tests import signins, sockets
from tests.triggers import queue_event, socket_event

OWN = {"action": "subscribe", "channel": "user:usr_viewer"}
LEAVE = {"action": "unsubscribe", "channel": "user:usr_viewer"}
OTHERS = {"action": "subscribe", "channel": "user:usr_other"}

ENDINGS = {
    "signed out": (lambda: signins.sign_out("usr_viewer", "ses_usr_viewer"), "UNAUTHORIZED"),
    "suspended": (lambda: signins.suspend("usr_viewer"), "ACCOUNT_SUSPENDED"),
    "role taken away": (lambda: signins.demote("usr_viewer"), "FORBIDDEN"),
}

EVENTS = {
    "suspended": AccountSuspended(user_id="usr_viewer", by="usr_admin", reason="r"),
    "role taken away": RoleRevoked(user_id="usr_viewer", by="usr_admin", role="viewer", tenant_id=None),
    "password set": SessionsEnded(user_id="usr_viewer", cause="password_set"),
}


class Noted(LiveMessage):
    """A message that is kept."""

    type: ClassVar[str] = "note.added"
    channel: ClassVar[ChannelKind] = USER
    text: str


@pytest.fixture
def ticket(call):
    """Provide fresh tickets of a sign-in."""

    def issue(user_id="usr_viewer", session_id=None):
        return call("platform.issue_ticket", caller=signins.sign_in(user_id, session_id)).data["ticket"]

    return issue


def _code(frames):
    (frame,) = frames
    return frame["error"]["code"]


def _is_forgotten(connection_id="con-1"):
    connection = reads.get(Connection, connection_pk(connection_id), "CONNECTION")
    subscription = reads.get(Subscription, "SUBSCRIBERS#user:usr_viewer#0", connection_id)
    return connection is None and subscription is None and connection_id not in of_user("usr_viewer")


@pytest.mark.covers("X-P-15")
@pytest.mark.parametrize("command", [OWN, {"action": "heartbeat"}], ids=["subscribe", "heartbeat"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_taken_away_is_gone_at_the_next_command(opened, say, gateway, ending, command):
    opened("con-1")
    say("con-1", OWN)
    end, code = ENDINGS[ending]
    end()
    assert _code(say("con-1", command)) == code
    assert gateway.closed == ["con-1"]
    assert _is_forgotten()


@pytest.mark.covers("X-P-15")
@pytest.mark.parametrize("event", EVENTS)
def test_every_connection_of_a_user_is_closed_when_told(opened, say, gateway, invoke, clock, event):
    for connection_id, session_id in (("con-1", "ses_a"), ("con-2", "ses_b")):
        opened(connection_id, session_id=session_id)
        say(connection_id, OWN)
    opened("con-3", "usr_other")
    say("con-3", OTHERS)
    for _ in range(2):
        assert invoke("platform.close_connections", queue_event(EVENTS[event])) == {"batchItemFailures": []}
    assert sorted(gateway.closed) == ["con-1", "con-2"]
    assert _is_forgotten("con-1")
    assert _is_forgotten("con-2")
    assert publish(Noted(text="secret"), "usr_viewer", now=clock.now()) == {}
    assert publish(Noted(text="hello"), "usr_other", now=clock.now()) == {Outcome.DELIVERED: 1}


@pytest.mark.covers("X-P-15")
def test_only_the_connections_of_the_sign_in_that_ended_are_closed(opened, gateway, invoke):
    opened("con-1", session_id="ses_a")
    opened("con-2", session_id="ses_b")
    gateway.faults = {"con-1": sockets.GONE}
    event = SessionEnded(user_id="usr_viewer", session_id="ses_a", cause="signed_out")
    assert invoke("platform.close_connections", queue_event(event)) == {"batchItemFailures": []}
    assert _is_forgotten("con-1")
    assert of_user("usr_viewer") == ["con-2"]


@pytest.mark.covers("X-P-20")
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_ticket_from_before_the_end_opens_nothing_after_it(ticket, gateway, invoke, ending):
    issued = ticket()
    end, _ = ENDINGS[ending]
    end()
    event = socket_event("$connect", query={"ticket": issued})
    assert invoke("platform.connect", event)["statusCode"] in {401, 403}
    assert _is_forgotten()


@pytest.mark.covers("X-P-20")
def test_a_fresh_ticket_keeps_a_connection_beyond_its_time(opened, say, gateway, ticket, clock):
    opened("con-1")
    say("con-1", OWN)
    clock.advance(minutes=14)
    assert say("con-1", {"action": "authenticate", "ticket": ticket(), "ref": "a"}) == [
        {"type": "authenticated", "expiresAt": "2026-03-01T09:59:00.000Z", "ref": "a"}
    ]
    clock.advance(minutes=14)
    assert publish(Noted(text="still here"), "usr_viewer", now=clock.now()) == {Outcome.DELIVERED: 1}
    assert say("con-1", {"action": "heartbeat"})[-1]["expiresAt"] == "2026-03-01T09:59:00.000Z"


@pytest.mark.covers("X-P-20")
@pytest.mark.parametrize("command", [OWN, {"action": "heartbeat"}, LEAVE], ids=lambda one: one["action"])
def test_without_a_fresh_ticket_a_connection_ends(opened, say, gateway, clock, command):
    opened("con-1")
    say("con-1", OWN)
    clock.advance(minutes=15)
    assert _code(say("con-1", command)) == "UNAUTHORIZED"
    assert gateway.closed == ["con-1"]
    assert _is_forgotten()


@pytest.mark.covers("X-P-20")
def test_a_connection_whose_time_is_over_is_closed_by_the_next_message(opened, say, gateway, clock):
    opened("con-1")
    say("con-1", OWN)
    clock.advance(minutes=15)
    assert publish(Noted(text="secret"), "usr_viewer", now=clock.now()) == {Outcome.GONE: 1}
    assert gateway.closed == ["con-1"]
    assert gateway.frames("con-1") == []
    assert _is_forgotten()


@pytest.mark.covers("X-P-20", "R-18")
@pytest.mark.parametrize("forged", ["used", "over", "unknown", "empty", "another user's", "another sign-in's"])
def test_no_other_ticket_keeps_a_connection(opened, say, gateway, ticket, clock, forged):
    opened("con-1")
    whose = {"another user's": ("usr_other",), "another sign-in's": ("usr_viewer", "ses_b")}
    sent = {"unknown": "q" * 43, "empty": " "}.get(forged) or ticket(*whose.get(forged, ()))
    if forged == "used":
        assert say("con-1", {"action": "authenticate", "ticket": sent})[0]["type"] == "authenticated"
    if forged == "over":
        clock.advance(seconds=60)
    assert _code(say("con-1", {"action": "authenticate", "ticket": sent})) == "UNAUTHORIZED"
    assert gateway.closed == ["con-1"]
    assert _is_forgotten()


def test_a_connection_that_is_taken_apart_meanwhile_is_not_kept(opened, ticket, clock):
    opened("con-1")
    pk = connection_pk("con-1")
    before = reads.get(Connection, pk, Connection.SK).expires_at
    clock.advance(minutes=5)

    def meanwhile(user_id, session_id, *, now):
        commit(Update(Connection, pk, Connection.SK, [Connection.closing.set(True)]))
        return signed_in(user_id, session_id, now=now)

    fresh = Authenticate(action="authenticate", ticket=ticket())
    with pytest.raises(Unauthorized):
        authenticate("con-1", fresh, meanwhile, now=clock.now())
    assert reads.get(Connection, pk, Connection.SK).expires_at == before


def test_a_ticket_that_kept_a_connection_opens_no_other(opened, say, ticket, invoke):
    opened("con-1")
    sent = ticket()
    say("con-1", {"action": "authenticate", "ticket": sent})
    event = socket_event("$connect", connection_id="con-2", query={"ticket": sent})
    assert invoke("platform.connect", event) == {"statusCode": 401}
