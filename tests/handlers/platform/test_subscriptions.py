"""Channels are joined by rule, left at will, and a returning client finds what it missed."""

from typing import ClassVar

import pytest

from shared.identity import signed_in
from shared.kernel.errors import NotFound
from shared.kernel.realtime import USER, LiveMessage, present, publish
from shared.kernel.realtime.channels import ChannelKind
from shared.kernel.realtime.errors import TooManySubscriptions
from shared.kernel.realtime.replay import KEPT_MESSAGES
from shared.kernel.realtime.schemas import Subscribe
from shared.kernel.realtime.subscriptions import MAX_SUBSCRIPTIONS, subscribe


class Noted(LiveMessage):
    """A message that is kept."""

    type: ClassVar[str] = "note.added"
    channel: ClassVar[ChannelKind] = USER
    text: str


OWN = {"action": "subscribe", "channel": "user:usr_viewer"}
ROOM = ChannelKind("room", lambda _principal, room_id: room_id != "closed", shards=4)


def _refusal(code, message, *, ref=None, details=()):
    error = {"code": code, "message": message, "details": list(details), "requestId": "req-1"}
    return [{"type": "error", "error": error, "ref": ref}]


def test_joining_answers_with_the_last_number(opened, say, clock):
    opened("con-1")
    publish(Noted(text="before"), "usr_viewer", now=clock.now())
    assert say("con-1", OWN | {"ref": "1"}) == [
        {"type": "subscribed", "channel": "user:usr_viewer", "sequence": 1, "gap": False, "ref": "1"}
    ]


@pytest.mark.parametrize("channel", ["user:usr_other", "stream:str_none", "nothing:x"])
def test_a_foreign_or_unknown_channel_is_not_found(opened, say, channel):
    opened("con-1")
    assert say("con-1", {"action": "subscribe", "channel": channel, "ref": "7"}) == _refusal(
        "NOT_FOUND", "There is no such thing here.", ref="7"
    )


@pytest.mark.parametrize(
    "command",
    [
        OWN,
        {"action": "unsubscribe", "channel": "user:usr_viewer"},
        {"action": "heartbeat"},
        {"action": "authenticate", "ticket": "x"},
    ],
    ids=lambda command: command["action"],
)
def test_a_connection_that_is_not_known_may_nothing_and_is_closed(say, gateway, command):
    assert say("con-9", command) == _refusal("UNAUTHORIZED", "Sign in to do this.")
    assert gateway.closed == ["con-9"]


@pytest.mark.covers("X-L-18")
def test_after_a_reconnect_the_missed_messages_come_in_order(opened, say, gateway, clock):
    opened("con-1")
    say("con-1", OWN)
    for number in range(1, 4):
        publish(Noted(text=str(number)), "usr_viewer", now=clock.now())
    (first, *_) = gateway.frames("con-1")
    assert first == {
        "type": "note.added",
        "channel": "user:usr_viewer",
        "sequence": 1,
        "time": "2026-03-01T09:30:00.000Z",
        "data": {"text": "1"},
    }
    opened("con-2")
    answer, *missed = say("con-2", OWN | {"after": 1})
    assert (answer["sequence"], answer["gap"]) == (3, False)
    assert [(frame["sequence"], frame["data"]) for frame in missed] == [(2, {"text": "2"}), (3, {"text": "3"})]
    assert [frame["type"] for frame in say("con-2", OWN | {"after": 3})] == ["subscribed"]


def test_what_is_no_longer_kept_is_called_a_gap(opened, say, clock):
    opened("con-1")
    for number in range(KEPT_MESSAGES + 2):
        publish(Noted(text=str(number)), "usr_viewer", now=clock.now())
    (answer,) = say("con-1", OWN | {"after": 1})
    assert (answer["sequence"], answer["gap"]) == (KEPT_MESSAGES + 2, True)
    assert len(say("con-1", OWN | {"after": 2})) == 1 + KEPT_MESSAGES
    clock.advance(minutes=10, seconds=1)
    (late,) = say("con-1", OWN | {"after": KEPT_MESSAGES + 1})
    assert late["gap"] is True
    (ahead,) = say("con-1", OWN | {"after": 1000})
    assert ahead["gap"] is True


def test_who_left_hears_nothing(opened, say, gateway, clock):
    opened("con-1")
    say("con-1", OWN)
    left = {"action": "unsubscribe", "channel": "user:usr_viewer", "ref": "2"}
    for _ in range(2):
        assert say("con-1", left) == [{"type": "unsubscribed", "channel": "user:usr_viewer", "ref": "2"}]
    publish(Noted(text="unheard"), "usr_viewer", now=clock.now())
    assert gateway.frames("con-1") == []


def test_a_connection_hears_twenty_channels_at_most(opened, clock):
    opened("con-1")

    def join(room):
        command = Subscribe(action="subscribe", channel=f"room:{room}")
        return subscribe("con-1", command, [ROOM], signed_in, now=clock.now())

    for number in range(MAX_SUBSCRIPTIONS):
        join(number)
    join(0)
    with pytest.raises(TooManySubscriptions):
        join("one-more")
    with pytest.raises(NotFound):
        join("closed")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "subscribe"}, "channel"),
        ({"action": "subscribe", "channel": "no colon"}, "channel"),
        ({"action": "subscribe", "channel": "user:" + "x" * 65}, "channel"),
        ({"action": "subscribe", "channel": "user:usr_viewer", "after": "3"}, "after"),
        ({"action": "subscribe", "channel": "user:usr_viewer", "after": True}, "after"),
        ({"action": "subscribe", "channel": "user:usr_viewer", "after": -1}, "after"),
        ({"action": "subscribe", "channel": "user:usr_viewer", "more": 1}, "more"),
        ({"action": "heartbeat", "ref": "x" * 65}, "ref"),
    ],
)
def test_a_command_of_the_wrong_form_is_refused(opened, say, body, field):
    opened("con-1")
    (answer,) = say("con-1", body)
    assert (answer["type"], answer["error"]["code"]) == ("error", "VALIDATION_ERROR")
    assert [detail["field"] for detail in answer["error"]["details"]] == [field]


@pytest.mark.parametrize("body", ["[]", '"x"'])
def test_what_is_no_object_is_refused(opened, say, body):
    opened("con-1")
    assert say("con-1", body) == _refusal("VALIDATION_ERROR", "Send a JSON object.")


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        *((body, "body", "The body is not JSON") for body in ("{", "hello", "[" * 20_000)),
        ('{"action": "heartbeat", "action": "subscribe"}', "action", "It is given twice"),
    ],
)
def test_what_is_no_json_or_two_things_at_once_is_refused(opened, say, body, field, message):
    opened("con-1")
    (answer,) = say("con-1", body)
    assert answer["error"]["code"] == "VALIDATION_ERROR"
    assert answer["error"]["details"] == [{"field": field, "message": message}]


def test_an_unknown_action_is_told_the_known_ones(opened, say):
    opened("con-1")
    (answer,) = say("con-1", {"action": "dance", "ref": "5"})
    assert (answer["error"]["code"], answer["ref"]) == ("UNKNOWN_ACTION", "5")


@pytest.mark.covers_partly(
    "X-L-18",
    missing="nothing shows what two hours, ten idle minutes or 500 new connections a second come to",
)
def test_a_frame_over_32_kb_is_refused(opened, say):
    opened("con-1")
    (answer,) = say("con-1", {"action": "subscribe", "channel": "user:usr_viewer", "pad": "x" * 33_000})
    assert answer["error"]["code"] == "PAYLOAD_TOO_LARGE"


@pytest.mark.covers("S-G-27")
def test_presence_counts_users_that_gave_a_sign_of_life(opened, say, clock):
    joined = Subscribe(action="subscribe", channel="room:1")
    for connection, user in (("con-1", "usr_a"), ("con-2", "usr_a"), ("con-3", "usr_b"), ("con-4", "usr_c")):
        opened(connection, user)
        subscribe(connection, joined, [ROOM], signed_in, now=clock.now())
    assert present(ROOM, "1", now=clock.now()) == {"usr_a", "usr_b", "usr_c"}
    clock.advance(seconds=60)
    say("con-2", {"action": "heartbeat"})
    clock.advance(seconds=20)
    assert present(ROOM, "1", now=clock.now()) == {"usr_a"}
