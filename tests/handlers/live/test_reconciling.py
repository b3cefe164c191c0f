"""Rooms are listed, and what the provider's events missed is put right (X-L-03)."""

from datetime import timedelta

import pytest

from shared.kernel.storage.writes import Update, commit
from shared.live import metering, reconciling, rooms
from shared.live.items import Stream
from shared.live.metering.schemas import MeterTick
from tests.clock import START
from tests.handlers.live.conftest import CREATOR, VIEWER, http, put_stream, stored, watch
from tests.outbox import sent
from tests.triggers import schedule_event


@pytest.fixture
def run(invoke, livekit, told, due_queues):
    """Reconcile once."""
    return lambda: invoke("live.reconcile_rooms", schedule_event())


def enter(livekit, token):
    assert http("POST", f"{livekit.url}/_sim/join", {"token": token}).status == 200


def present(livekit):
    found = http("GET", f"{livekit.url}/_sim/rooms/str_1/participants").json["participants"]
    return sorted(one["identity"] for one in found)


@pytest.fixture
def on_air(livekit):
    """A stream on air with its creator in the room."""
    put_stream()
    enter(livekit, rooms.publisher_token("str_1", CREATOR.user_id))


def admitted(livekit, *, inside=True):
    session_id = watch()
    metering.let_in("str_1", session_id, VIEWER.user_id, now=START)
    if inside:
        enter(livekit, rooms.viewer_token("str_1", rooms.viewer_identity(VIEWER.user_id, session_id)))
    return session_id


def heard(session_id, clock, until):
    """Let a player tick as it should, for so many intervals."""
    for index in range(until):
        body = MeterTick(stream_id="str_1", session_id=session_id, interval_index=index, playback_ms=10_000)
        metering.charge(VIEWER.user_id, body, now=START + timedelta(seconds=10 * index))
    clock.at = START + timedelta(seconds=10 * until - 5)


def standing(session_id):
    item = metering.own_viewing("str_1", session_id, VIEWER.user_id)
    return item.status, item.ended_reason, item.charged


@pytest.mark.covers("X-L-03")
def test_who_watches_and_who_publishes_goes_on(run, on_air, livekit, clock):
    session_id = admitted(livekit)
    heard(session_id, clock, 13)
    for _ in range(2):
        run()
    assert standing(session_id) == ("ACTIVE", None, None)
    assert (stored().status, stored().viewers) == ("LIVE", 1)
    assert present(livekit) == ["usr_creator", f"usr_viewer:{session_id}"]


@pytest.mark.covers("X-L-03")
def test_who_is_in_the_room_without_a_session_is_put_out(run, on_air, livekit):
    session_id = admitted(livekit)
    metering.leave("str_1", session_id, VIEWER.user_id, now=START)
    run()
    assert present(livekit) == ["usr_creator"]


@pytest.mark.covers("X-L-03")
def test_the_session_of_who_is_gone_is_settled_but_not_of_who_is_entering(run, on_air, livekit, clock):
    session_id = admitted(livekit, inside=False)
    heard(session_id, clock, 6)
    run()
    assert standing(session_id)[0] == "ACTIVE"
    clock.advance(seconds=6)
    run()
    assert standing(session_id) == ("ENDED", "left", 7000)


@pytest.mark.covers("X-L-03")
def test_counts_are_put_right(run, on_air, livekit, clock):
    admitted(livekit)
    commit(Update(Stream, "STREAM#str_1", "STREAM", [Stream.viewers.set(-3)]))
    run()
    assert stored().viewers == 1


@pytest.mark.covers("X-L-03")
def test_a_stream_whose_creator_is_missed_for_ten_minutes_ends_as_of_then(run, livekit, clock):
    put_stream()
    run()
    missed = clock.now()
    clock.advance(minutes=9, seconds=59)
    run()
    assert stored().status == "LIVE"
    clock.advance(seconds=1)
    run()
    assert (stored().status, stored().ended_at) == ("ENDED", missed)
    run()
    assert len(sent("live", "StreamEnded")) == 1


@pytest.mark.covers("X-L-03")
def test_a_creator_who_comes_back_is_missed_no_more(run, livekit, clock):
    put_stream()
    run()
    enter(livekit, rooms.publisher_token("str_1", CREATOR.user_id))
    clock.advance(minutes=20)
    run()
    assert (stored().status, stored().unattended_since) == ("LIVE", None)


@pytest.mark.covers("X-L-03")
def test_a_paused_stream_waits_for_its_creator(run, livekit, clock):
    put_stream(status="PAUSED", paused_at=START)
    for _ in range(3):
        run()
        clock.advance(minutes=11)
    assert stored().status == "PAUSED"


@pytest.mark.covers("X-L-03")
def test_a_run_is_bounded_and_the_next_goes_on_where_it_stopped(run, livekit, monkeypatch):
    monkeypatch.setattr(reconciling, "PAGE", 2)
    monkeypatch.setattr(reconciling, "PAGES", 1)
    for number in range(5):
        put_stream(f"str_{number}", started_at=START + timedelta(seconds=number))
    seen = []
    monkeypatch.setattr(reconciling, "_put_right", lambda stream_id, **_: seen.append(stream_id))
    for _ in range(4):
        run()
    assert seen == ["str_0", "str_1", "str_2", "str_3", "str_4", "str_0", "str_1"]


def test_one_room_that_does_not_answer_keeps_no_other_waiting(run, livekit, clock):
    put_stream("str_0", started_at=START)
    put_stream("str_1", started_at=START + timedelta(seconds=1))
    livekit.modes(server_error={"times": 1})
    with pytest.raises(Exception, match="Try again"):
        run()
    assert stored("str_0").unattended_since is None
    assert stored("str_1").unattended_since == clock.now()
