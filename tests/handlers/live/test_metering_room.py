"""The room: its token makes the first interval owed, silence is not free, one watches a stream once (D-51, D-53)."""

from datetime import timedelta

import pytest

from shared import wallet
from shared.live import metering, rooms
from shared.live.metering import joining
from shared.live.metering.items import viewing_pk
from shared.live.metering.schemas import MeterTick
from tests.clock import START
from tests.handlers.live.conftest import VIEWER, http, put_stream, watch
from tests.handlers.live.test_livekit_events import participant, work
from tests.triggers import due_event

PATH = {"stream_id": "str_1"}
DONE = {"batchItemFailures": []}


@pytest.fixture(autouse=True)
def queues(due_queues):
    """Somewhere for checks to be put."""
    return due_queues


@pytest.fixture
def session_id(clock):
    """A viewer with 100 credits who has joined at 9:30:00 and has no token yet."""
    put_stream()
    return watch()


@pytest.fixture
def token(call, livekit):
    """Ask for a token of the room."""

    def ask(session_id):
        return call("live.issue_token", path=PATH, body={"sessionId": session_id}, caller=VIEWER)

    return ask


def tick(session_id, index, clock):
    body = MeterTick(stream_id="str_1", session_id=session_id, interval_index=index, playback_ms=10_000)
    return metering.charge(VIEWER.user_id, body, now=clock.now())


def leave(session_id, clock):
    return metering.leave("str_1", session_id, VIEWER.user_id, now=clock.now())


def standing(session_id):
    item = metering.own_viewing("str_1", session_id, VIEWER.user_id)
    return item.status, item.ended_reason, item.charged


def spent():
    account = wallet.read_account(VIEWER.user_id)
    return 100_000 - account.available - account.held


@pytest.mark.covers("S-W-34")
def test_the_first_interval_is_owed_once_with_the_token(token, session_id, clock):
    assert token(session_id).status == 200
    shown = metering.summary(metering.own_viewing("str_1", session_id, VIEWER.user_id))
    assert (shown.intervals, shown.charged) == (1, 1000)
    clock.advance(seconds=1)
    assert token(session_id).status == 200
    assert tick(session_id, 0, clock).remaining_credits == 99_000
    assert leave(session_id, clock).charged == 1000
    assert spent() == 1000


def test_whoever_is_let_in_is_looked_at_though_the_look_could_not_be_queued_at_first(
    token, session_id, clock, queues, monkeypatch
):
    with monkeypatch.context() as broken:
        broken.setattr(joining, "deliver_later", lambda *_, **__: 1 / 0)
        assert token(session_id).status == 500
    assert queues.taken() == []
    assert token(session_id).status == 200
    assert len(queues.taken()) == 1


def test_who_takes_a_token_and_never_ticks_pays_however_often_they_join(token, session_id, clock):
    for number in range(2, 6):
        assert token(session_id).status == 200
        clock.advance(seconds=9)
        session_id = metering.join("str_1", VIEWER.user_id, operation=f"opn_{number}", seen=6000, now=clock.now())
        session_id = session_id.session_id
    assert spent() == 4000
    leave(session_id, clock)
    assert spent() == 4000, "nobody was let into the last one"


def test_no_token_no_debt(session_id, token, clock):
    put_stream(status="PAUSED")
    assert token(session_id).status == 409
    put_stream()
    assert leave(session_id, clock).charged == 0
    assert token(session_id).status == 409
    assert spent() == 0


def test_a_stream_that_was_over_before_the_token_costs_nothing(session_id, clock):
    clock.advance(seconds=5)
    metering.let_in("str_1", session_id, VIEWER.user_id, now=clock.now())
    put_stream(status="ENDED", ended_at=START + timedelta(seconds=4))
    assert leave(session_id, clock).charged == 0


def test_who_falls_silent_is_looked_at_on_the_second_and_charged_until_then(invoke, token, session_id, clock, queues):
    token(session_id)
    (message,) = queues.taken()
    assert (message.body["pk"], message.seconds) == (viewing_pk(session_id), 20)
    clock.advance(seconds=20)
    assert invoke("live.check_viewing", due_event((viewing_pk(session_id), "VIEWING"))) == DONE
    assert standing(session_id) == ("ENDED", "abandoned", 2000)


def test_a_late_check_charges_nothing_past_twenty_seconds_of_silence(invoke, token, session_id, clock):
    token(session_id)
    tick(session_id, 0, clock)
    clock.advance(minutes=5)
    assert invoke("live.check_viewing", due_event((viewing_pk(session_id), "VIEWING"))) == DONE
    assert standing(session_id) == ("ENDED", "abandoned", 2000)
    assert spent() == 2000


@pytest.mark.parametrize("way", ["left", "taken_over", "stream_ended"])
def test_whoever_settles_a_silent_viewer_settles_as_of_the_end_of_their_silence(token, session_id, clock, way):
    token(session_id)
    clock.advance(seconds=35)
    if way == "left":
        leave(session_id, clock)
    elif way == "taken_over":
        metering.join("str_1", VIEWER.user_id, operation="opn_2", seen=6000, now=clock.now())
    else:
        put_stream(status="ENDED", ended_at=clock.now())
        metering.follow_stream("str_1", now=clock.now())
    item = metering.own_viewing("str_1", session_id, VIEWER.user_id)
    assert (item.ended_reason, item.ended_at, item.charged) == (way, START + timedelta(seconds=20), 2000)


def test_whoever_was_silent_too_long_gets_no_token(token, session_id, clock):
    clock.advance(seconds=20, milliseconds=1)
    assert token(session_id).code == "SESSION_ENDED"
    assert leave(session_id, clock).charged == 0


@pytest.mark.covers("S-W-06")
def test_what_was_owed_without_a_tick_is_listed_too(call, token, session_id, clock):
    token(session_id)
    tick(session_id, 0, clock)
    clock.advance(seconds=15)
    leave(session_id, clock)
    path = PATH | {"session_id": session_id}
    listed = call("live.list_intervals", path=path, caller=VIEWER).data
    assert [(one["intervalIndex"], one["playbackMs"], one["creditsDebited"]) for one in listed] == [
        (0, 10_000, "1"),
        (1, 0, "1"),
    ]
    assert call("live.read_session", path=path, caller=VIEWER).data["intervals"] == 2


def test_the_last_interval_is_paid_from_the_account_when_the_lease_is_used_up(token, session_id, clock):
    token(session_id)
    for index in range(48):
        tick(session_id, index, clock)
        clock.advance(seconds=10)
    clock.advance(seconds=5)
    assert leave(session_id, clock).charged == 49_000
    assert spent() == 49_000


def test_nobody_owes_more_than_they_have(token, clock):
    put_stream()
    wallet.deposit(VIEWER.user_id, 1500, reference=wallet.Reference("PAYMENT", "few"), now=START)
    session_id = metering.join("str_1", VIEWER.user_id, operation="opn_1", seen=6000, now=START).session_id
    token(session_id)
    clock.advance(seconds=19)
    assert leave(session_id, clock).charged == 1000
    account = wallet.read_account(VIEWER.user_id)
    assert (account.available, account.held) == (500, 0)


@pytest.mark.covers("S-W-36", "D-53")
def test_a_second_join_takes_over_and_the_first_is_settled(token, session_id, clock):
    token(session_id)
    tick(session_id, 0, clock)
    clock.advance(seconds=12)
    second = metering.join("str_1", VIEWER.user_id, operation="opn_2", seen=6000, now=clock.now()).session_id
    assert standing(session_id) == ("ENDED", "taken_over", 2000)
    assert standing(second)[0] == "ACTIVE"
    again = metering.join("str_1", VIEWER.user_id, operation="opn_1", seen=6000, now=clock.now()).session_id
    assert (again, standing(second)[0]) == (session_id, "ACTIVE"), "a repeated request takes nothing over"


def enter(livekit, token):
    assert http("POST", f"{livekit.url}/_sim/join", {"token": token}).status == 200


def left(invoke, session_id, event_id, sid="PA_1"):
    identity = rooms.viewer_identity(VIEWER.user_id, session_id)
    work(invoke, id=event_id, event="participant_left", **participant(identity, sid=sid))


@pytest.mark.covers("X-L-02")
def test_who_left_the_room_is_settled_at_once(invoke, livekit, token, session_id, clock):
    token(session_id)
    clock.advance(seconds=3)
    left(invoke, session_id, "EV_1")
    assert standing(session_id) == ("ENDED", "left", 1000)


@pytest.mark.covers("X-L-02")
def test_leaving_on_an_earlier_connection_ends_nothing(invoke, livekit, token, session_id, clock):
    """After a reload, or with a second device, LiveKit tells of both connections, in any order and more than once."""
    first = token(session_id).data["token"]
    enter(livekit, first)
    enter(livekit, token(session_id).data["token"])
    clock.advance(seconds=3)
    for event_id in ("EV_1", "EV_2"):
        left(invoke, session_id, event_id)
    assert standing(session_id)[0] == "ACTIVE"
    tick(session_id, 0, clock)
    identity = rooms.viewer_identity(VIEWER.user_id, session_id)
    http("POST", f"{livekit.url}/_sim/leave", {"room": "str_1", "identity": identity})
    left(invoke, session_id, "EV_3", sid="PA_2")
    assert standing(session_id) == ("ENDED", "left", 1000)


def test_a_report_that_comes_late_charges_nothing_past_the_silence(invoke, livekit, token, session_id, clock):
    token(session_id)
    clock.advance(minutes=3)
    left(invoke, session_id, "EV_1")
    assert standing(session_id) == ("ENDED", "left", 2000)
