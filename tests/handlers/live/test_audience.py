"""Who watches a stream, how many, and what its channel is told."""

import json
from datetime import timedelta

import pytest

from shared.kernel.declare import OnStream
from shared.kernel.errors import NotFound
from shared.kernel.storage.writes import Update, commit
from shared.live import audience, channels, metering
from shared.live.events import StreamEnded, StreamPaused, StreamStarted
from shared.live.items import Stream
from shared.live.metering.items import VIEWING_SK, ViewingItem, viewing_pk
from tests.calls import function_of
from tests.clock import START
from tests.handlers.live.conftest import CREATOR, OTHER, VIEWER, image, put_stream, stored, watch
from tests.triggers import principal, queue_event, stream_event

PATH = {"id": "str_1"}


def session(session_id):
    return metering.sessions.read_viewing(session_id)


def comings(*session_ids):
    """The records that the sessions' inserts make."""
    return stream_event("live", *[(None, image(session(session_id))) for session_id in session_ids])


@pytest.mark.covers("S-L-33")
def test_the_creator_sees_who_watches_since_when(call, clock):
    put_stream()
    watch(user_id="usr_a", operation="a")
    watch(user_id="usr_b", operation="b", now=START + timedelta(minutes=1))
    watch(user_id="usr_c", operation="c")
    first = call("live.list_viewers", path=PATH, query={"limit": "2"}, caller=CREATOR)
    assert first.data == [
        {"userId": "usr_a", "watchingSince": "2026-03-01T09:30:00.000Z"},
        {"userId": "usr_b", "watchingSince": "2026-03-01T09:31:00.000Z"},
    ]
    cursor = first.json["pagination"]["nextCursor"]
    second = call("live.list_viewers", path=PATH, query={"limit": "2", "cursor": cursor}, caller=CREATOR)
    assert second.json == {
        "data": [{"userId": "usr_c", "watchingSince": "2026-03-01T09:30:00.000Z"}],
        "pagination": {"limit": 2, "hasMore": False, "nextCursor": None},
    }


def test_who_has_left_is_not_among_them(call):
    put_stream()
    session_id = watch()
    metering.leave("str_1", session_id, VIEWER.user_id, now=START)
    assert call("live.list_viewers", path=PATH, caller=CREATOR).data == []


def test_nobody_else_sees_who_watches(call):
    put_stream()
    for caller, expected in ((OTHER, (404, "NOT_FOUND")), (VIEWER, (403, "FORBIDDEN")), (None, (401, "UNAUTHORIZED"))):
        answer = call("live.list_viewers", path=PATH, caller=caller)
        assert (answer.status, answer.code) == expected
    bad = call("live.list_viewers", path=PATH, query={"cursor": "AAAA"}, caller=CREATOR)
    assert (bad.status, bad.json["error"]["details"][0]["field"]) == (400, "cursor")


@pytest.mark.covers("S-L-14", "S-L-33")
def test_a_batch_of_comings_is_counted_once_for_each_stream_and_told(call, invoke, told):
    put_stream()
    put_stream("str_2")
    ids = [watch(user_id=f"usr_{number}", operation=f"{number}") for number in range(3)]
    ids.append(watch("str_2", user_id="usr_x", operation="x"))
    invoke("live.count_viewers", comings(*ids))
    assert [call("live.read_stream", path={"id": one}).data["viewers"] for one in ("str_1", "str_2")] == [3, 1]
    assert told == [
        ("stream:str_1", "viewers.changed", {"streamId": "str_1", "viewers": 3}),
        ("stream:str_2", "viewers.changed", {"streamId": "str_2", "viewers": 1}),
    ]


@pytest.mark.covers("X-L-03")
def test_the_same_records_again_or_in_another_order_change_nothing_and_no_count_is_negative(invoke, told, clock):
    put_stream()
    session_id = watch()
    came = comings(session_id)
    before = image(session(session_id))
    metering.leave("str_1", session_id, VIEWER.user_id, now=START)
    left = stream_event("live", (before, image(session(session_id))))
    for event in (left, left, came, left, came):
        clock.advance(seconds=1)
        invoke("live.count_viewers", event)
        assert stored().viewers == 0
    assert told == []


def test_the_later_of_two_counts_wins(invoke, told, clock):
    put_stream()
    session_id = watch()
    clock.advance(seconds=5)
    invoke("live.count_viewers", comings(session_id))
    commit(Update(Stream, "STREAM#str_1", "STREAM", [Stream.viewers.set(7)]))
    clock.advance(seconds=-1)
    invoke("live.count_viewers", comings(session_id))
    assert stored().viewers == 7


def test_a_stream_that_is_gone_is_not_made_by_counting_it(told, clock):
    audience.recount(["str_none"], clock)
    assert told == []
    with pytest.raises(NotFound):
        stored("str_none")


def matches(pattern, value):
    """Decide as an event source's filter does, for the operators used here."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(matches(inner, value.get(name)) for name, inner in pattern.items())
    return any(_one(rule, value) for rule in pattern)


def _one(rule, value):
    if rule == {"exists": True}:
        return value is not None
    if isinstance(rule, dict):
        return value is not None and value not in rule["anything-but"]
    return rule == value


def passes(old, new):
    """Tell whether a change reaches ``count_viewers``."""
    trigger = function_of("live.count_viewers").declaration.trigger
    assert isinstance(trigger, OnStream)
    (record,) = stream_event("live", (old, new))["Records"]
    return any(matches(pattern, json.loads(json.dumps(record))) for pattern in trigger.filters)


def test_only_comings_and_goings_call_the_counter():
    put_stream()
    session_id = watch()
    came = image(session(session_id))
    assert passes(None, came)
    commit(Update(ViewingItem, viewing_pk(session_id), VIEWING_SK, [ViewingItem.last_index.set(0)]))
    ticked = image(session(session_id))
    assert not passes(came, ticked)
    metering.leave("str_1", session_id, VIEWER.user_id, now=START)
    assert passes(ticked, image(session(session_id)))
    stream = image(stored())
    assert not passes(None, stream)
    assert not passes(stream, stream | {"status": {"S": "ENDED"}})


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("LIVE", ("stream.started", {"streamId": "str_1", "startedAt": "2026-03-01T09:30:00.000Z"})),
        ("PAUSED", ("stream.paused", {"streamId": "str_1"})),
        ("ENDED", ("stream.ended", {"streamId": "str_1", "endedAt": "2026-03-01T09:30:00.000Z"})),
    ],
)
@pytest.mark.parametrize(
    "event",
    [
        StreamStarted(stream_id="str_1", creator_id="usr_creator", title="Sunday strings", started_at=START),
        StreamPaused(stream_id="str_1", creator_id="usr_creator", paused_at=START),
        StreamEnded(stream_id="str_1", creator_id="usr_creator", ended_at=START),
    ],
    ids=lambda event: type(event).__name__,
)
def test_the_channel_is_told_how_the_stream_stands_whatever_event_comes_last(invoke, told, event, status, message):
    put_stream(status=status)
    assert invoke("live.announce_stream", queue_event(event)) == {"batchItemFailures": []}
    assert told == [("stream:str_1", *message)]


def test_who_may_watch_may_join_the_channel_of_a_stream_that_exists():
    put_stream()
    assert channels.STREAM.may_join(VIEWER, "str_1")
    assert not channels.STREAM.may_join(VIEWER, "str_none")
    assert not channels.STREAM.may_join(principal("usr_x", "wallet:read"), "str_1")
