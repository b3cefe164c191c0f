"""Rooms are listed, and what the provider's events missed is put right (X-L-03)."""

from datetime import timedelta

import pytest

from shared.kernel.storage.writes import Update, commit
from shared.live import metering, reconciling, rooms
from shared.live.items import Stream
from shared.live.metering.schemas import MeterTick
from tests.clock import START
from tests.handlers.live.conftest import VIEWER, http, put_stream, stored, watch
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
def on_air(camera):
    """A stream on air with its creator's picture in the room."""
    put_stream()
    return camera.on()


def admitted(livekit, *, inside=True, user_id=VIEWER.user_id):
    session_id = watch(user_id=user_id, operation=user_id)
    metering.let_in("str_1", session_id, user_id, now=START)
    if inside:
        enter(livekit, rooms.viewer_token("str_1", rooms.viewer_identity(user_id, session_id)))
    return session_id


def heard(session_id, clock, until):
    """Let a player tick as it should, for so many intervals."""
    for index in range(until):
        body = MeterTick(stream_id="str_1", session_id=session_id, interval_index=index, playback_ms=10_000)
        metering.charge(VIEWER.user_id, body, now=START + timedelta(seconds=10 * index))
    clock.at = START + timedelta(seconds=10 * until - 5)


def standing(session_id, user_id=VIEWER.user_id):
    item = metering.own_viewing("str_1", session_id, user_id)
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


@pytest.mark.covers("X-L-03", "X-L-06")
@pytest.mark.parametrize("way", ["left", "unpublished", "muted"])
def test_a_stream_without_a_picture_is_paused_although_no_event_came(run, on_air, camera, clock, way):
    clock.advance(seconds=40)
    if way == "left":
        camera.gone()
    elif way == "unpublished":
        camera.off(on_air)
    else:
        camera.mute(on_air)
    for _ in range(2):
        run()
    assert (stored().status, stored().paused_at) == ("PAUSED", clock.now())
    assert len(sent("live", "StreamPaused")) == 1


@pytest.mark.covers("X-L-03")
def test_a_creator_who_is_back_before_the_rooms_are_listed_is_not_missed(run, on_air, camera, clock):
    camera.gone()
    camera.on()
    clock.advance(minutes=20)
    run()
    assert stored().status == "LIVE"


@pytest.mark.covers("X-L-03")
def test_who_left_a_paused_stream_watches_it_no_more(run, on_air, livekit, camera, clock):
    session_id = admitted(livekit)
    gone = admitted(livekit, inside=False, user_id="usr_gone")
    camera.gone()
    clock.advance(seconds=5)
    run()
    clock.advance(minutes=2)
    run()
    assert standing(session_id) == ("ACTIVE", None, None)
    assert standing(gone, "usr_gone") == ("ENDED", "left", 1000)


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
    assert (stored("str_0").status, stored("str_1").status) == ("LIVE", "PAUSED")
