"""Who watches a stream, how many, and what its channel is told."""

import json
from datetime import timedelta

import pytest

from shared.kernel import due
from shared.kernel.errors import NotFound
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Update, commit
from shared.live import audience, channels, metering
from shared.live.events import StreamEnded, StreamPaused, StreamStarted
from shared.live.items import Stream
from shared.live.metering.events import ViewingEnded, ViewingStarted
from tests.clock import START
from tests.handlers.live.conftest import CREATOR, OTHER, VIEWER, put_stream, stored, watch
from tests.triggers import due_event, principal, queue_event

PATH = {"stream_id": "str_1"}


@pytest.fixture
def asked(monkeypatch):
    """The counts that were asked for, as (stream's partition, seconds from now)."""
    seen = []

    def deliver(kind, pk, sk, *, due_at, now, until):
        assert (kind, sk, until) == (audience.DUE_KIND, "STREAM", due_at)
        seen.append((pk, (due_at - now).total_seconds()))

    monkeypatch.setattr(due, "deliver_later", deliver)
    return seen


def started(stream_id="str_1"):
    return ViewingStarted(stream_id=stream_id, session_id="ses", user_id="usr")


def ended(stream_id="str_1"):
    return ViewingEnded(stream_id=stream_id, session_id="ses", user_id="usr", reason="left", charged=0, returned=0)


def counted(invoke, *stream_ids):
    """Count streams as their queue has it done."""
    assert invoke("live.count_viewers", due_event(*[(f"STREAM#{one}", "STREAM") for one in stream_ids])) == {
        "batchItemFailures": []
    }


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
def test_the_count_of_each_stream_is_shown_and_told(call, invoke, told):
    put_stream()
    put_stream("str_2")
    for number in range(3):
        watch(user_id=f"usr_{number}", operation=f"{number}")
    watch("str_2", user_id="usr_x", operation="x")
    counted(invoke, "str_1", "str_2")
    assert [call("live.read_stream", path={"stream_id": one}).data["viewers"] for one in ("str_1", "str_2")] == [3, 1]
    assert told == [
        ("stream:str_1", "viewers.changed", {"streamId": "str_1", "viewers": 3}),
        ("stream:str_2", "viewers.changed", {"streamId": "str_2", "viewers": 1}),
    ]


@pytest.mark.covers("X-L-03")
def test_counting_again_changes_and_tells_nothing_and_no_count_is_negative(invoke, told, clock):
    put_stream()
    session_id = watch()
    for _ in range(2):
        clock.advance(seconds=1)
        counted(invoke, "str_1")
    metering.leave("str_1", session_id, VIEWER.user_id, now=START)
    for _ in range(3):
        clock.advance(seconds=1)
        counted(invoke, "str_1")
    assert stored().viewers == 0
    assert [data["viewers"] for _, _, data in told] == [1, 0]


def test_the_later_of_two_counts_wins(invoke, told, clock):
    put_stream()
    watch()
    clock.advance(seconds=5)
    counted(invoke, "str_1")
    commit(Update(Stream, "STREAM#str_1", "STREAM", [Stream.viewers.set(7)]))
    clock.advance(seconds=-1)
    counted(invoke, "str_1")
    assert stored().viewers == 7


def test_a_stream_that_is_gone_is_not_made_by_counting_it(invoke, told, asked):
    counted(invoke, "str_none")
    invoke("live.expect_count", queue_event(started("str_none")))
    assert (told, asked) == ([], [])
    with pytest.raises(NotFound):
        stored("str_none")


def test_many_comings_and_goings_ask_for_one_count_until_it_has_begun(invoke, asked, clock):
    put_stream()
    put_stream("str_2")
    for event in (started(), ended(), started("str_2"), started()):
        assert invoke("live.expect_count", queue_event(event)) == {"batchItemFailures": []}
        clock.advance(milliseconds=500)
    assert asked == [("STREAM#str_1", 2.0), ("STREAM#str_2", 2.0)]
    clock.advance(milliseconds=1)
    invoke("live.expect_count", queue_event(ended()))
    assert asked[2:] == [("STREAM#str_1", 2.0)]


def test_a_count_whose_message_was_not_sent_is_asked_for_again(invoke, asked, clock, monkeypatch):
    put_stream()
    with monkeypatch.context() as broken:
        broken.setattr(due, "deliver_later", lambda *_, **__: 1 / 0)
        assert invoke("live.expect_count", queue_event(started())) == {
            "batchItemFailures": [{"itemIdentifier": "msg-0"}]
        }
    clock.advance(seconds=60)
    assert invoke("live.expect_count", queue_event(started())) == {"batchItemFailures": []}
    assert asked == [("STREAM#str_1", 2.0)]


def test_a_write_whose_reply_was_lost_still_asks_for_the_count(asked):
    put_stream()
    commit(Update(Stream, "STREAM#str_1", "STREAM", [Stream.count_due_at.set(START + audience.SETTLING)]))
    audience.expect_count("str_1", now=START)
    assert asked == [("STREAM#str_1", 2.0)]


def test_who_begins_to_watch_is_announced_in_the_same_transaction():
    put_stream()
    session_id = watch()
    rows = dynamodb().scan(TableName="test-wellspring-live")["Items"]
    (event,) = [row for row in rows if row["sk"]["S"] == "OUTBOX"]
    assert (event["type"]["S"], json.loads(event["data"]["S"])) == (
        "ViewingStarted",
        {"stream_id": "str_1", "session_id": session_id, "user_id": "usr_viewer"},
    )


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("LIVE", ("stream.started", {"streamId": "str_1", "startedAt": "2026-03-01T09:30:00.000Z"})),
        (
            "PAUSED",
            (
                "stream.paused",
                {
                    "streamId": "str_1",
                    "pausedAt": "2026-03-01T09:30:00.000Z",
                    "endsAt": "2026-03-01T09:40:00.000Z",
                },
            ),
        ),
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
