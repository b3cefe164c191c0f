"""What meets in a viewing session at the same moment, or much later than it should."""

from datetime import timedelta

import pytest

from shared import wallet
from shared.live import lookup, metering, streams
from shared.live.events import StreamEnded, StreamPaused
from shared.live.metering import sessions
from shared.live.metering.items import viewing_pk
from shared.live.metering.schemas import MeterTick
from shared.live.rules import StreamStatus
from tests import mutants
from tests.clock import START
from tests.handlers.live.conftest import CREATOR, SEEN, VIEWER, put_stream, watch
from tests.mutants import Mutant
from tests.triggers import due_event, queue_event

DONE = {"batchItemFailures": []}


def tick_of(session_id, index):
    return MeterTick(stream_id="str_1", session_id=session_id, interval_index=index, playback_ms=10_000)


def charge(session_id, index, clock):
    return metering.charge(VIEWER.user_id, tick_of(session_id, index), now=clock.now())


def standing(session_id):
    item = metering.own_viewing("str_1", session_id, VIEWER.user_id)
    return item.status, item.ended_reason, item.charged


def turn(status, clock):
    streams.bring(lookup.stream("str_1"), status, at=clock.now(), now=clock.now())


@pytest.fixture
def meanwhile(monkeypatch):
    """Let something else happen right before a function of metering is called for the first time."""

    def plan(module, name, happens):
        original, waiting = getattr(module, name), [happens]

        def interrupted(*arguments, **options):
            if waiting:
                waiting.pop()()
            return original(*arguments, **options)

        monkeypatch.setattr(module, name, interrupted)

    return plan


@pytest.mark.covers("S-W-37", "X-W-04")
def test_a_tick_that_comes_twice_as_it_takes_the_last_lease_does_not_end_the_session(call, clock, meanwhile):
    put_stream()
    wallet.deposit(VIEWER.user_id, 50_000, reference=wallet.Reference("PAYMENT", "pay_1"), now=START)
    session_id = metering.join("str_1", VIEWER.user_id, operation="opn_1", seen=SEEN, now=START).session_id
    for index in range(48):
        charge(session_id, index, clock)
        clock.advance(seconds=10)
    first = []
    meanwhile(sessions, "renew", lambda: first.append(charge(session_id, 48, clock)))
    body = {"streamId": "str_1", "sessionId": session_id, "intervalIndex": 48, "playbackMs": 10_000}
    answer = call("live.record_tick", body=body, caller=VIEWER)
    assert (answer.status, answer.json["error"]["code"]) == (409, "ALREADY_PROCESSED")
    assert answer.json["data"]["remainingCredits"] == "1"
    assert first[0].remaining_credits == 1000
    assert standing(session_id) == ("ACTIVE", None, None)


def test_who_is_heard_while_being_given_up_goes_on_watching(invoke, clock, meanwhile):
    put_stream()
    session_id = watch()
    charge(session_id, 0, clock)
    heard = START + timedelta(seconds=20)
    clock.advance(seconds=20)
    meanwhile(sessions, "settle_as_read", lambda: metering.charge(VIEWER.user_id, tick_of(session_id, 2), now=heard))
    assert invoke("live.check_viewing", due_event((viewing_pk(session_id), "VIEWING"))) == DONE
    assert standing(session_id) == ("ACTIVE", None, None)


@pytest.mark.covers("S-W-34")
def test_news_of_a_pause_that_comes_late_leaves_those_alone_who_came_after_it(invoke, clock):
    put_stream()
    before = watch()
    charge(before, 0, clock)
    clock.advance(seconds=5)
    paused = StreamPaused(stream_id="str_1", creator_id=CREATOR.user_id, paused_at=clock.now())
    turn(StreamStatus.PAUSED, clock)
    assert invoke("live.settle_stream", queue_event(paused)) == DONE
    clock.advance(minutes=1)
    turn(StreamStatus.LIVE, clock)
    after = metering.join("str_1", VIEWER.user_id, operation="opn_2", seen=SEEN, now=clock.now()).session_id
    charge(after, 0, clock)
    clock.advance(seconds=1)
    assert invoke("live.settle_stream", queue_event(paused)) == DONE
    assert standing(before) == ("ENDED", "taken_over", 1000)
    assert standing(after) == ("ACTIVE", None, None)


@pytest.fixture
def paused_session(clock):
    """A session with one interval charged before its stream paused and two after it, before anybody knew."""
    put_stream()
    session_id = watch()
    charge(session_id, 0, clock)
    clock.advance(seconds=5)
    turn(StreamStatus.PAUSED, clock)
    for index in (1, 2):
        clock.advance(seconds=7)
        charge(session_id, index, clock)
        clock.advance(seconds=3)
    return session_id


@pytest.mark.covers("S-W-34")
def test_who_leaves_a_paused_stream_pays_until_the_pause(paused_session, clock):
    assert metering.leave("str_1", paused_session, VIEWER.user_id, now=clock.now()).charged == 1000


KEPT = Mutant(
    "what was ticked into a pause is kept",
    "shared.live.metering.sessions",
    "_owed",
    "stream.off_air_since",
    "stream.ended_at",
)


@pytest.mark.covers("R-04")
def test_that_what_was_ticked_into_a_pause_is_kept_is_noticed(paused_session, clock):
    with mutants.planted(KEPT), pytest.raises(AssertionError):
        test_who_leaves_a_paused_stream_pays_until_the_pause(paused_session, clock)


@pytest.mark.covers("S-W-34")
def test_the_sweep_ends_nothing_and_charges_nothing_in_a_pause(invoke, paused_session, clock):
    for _ in range(3):
        assert invoke("live.check_viewing", due_event((viewing_pk(paused_session), "VIEWING"))) == DONE
        clock.advance(minutes=3)
    assert standing(paused_session) == ("ACTIVE", None, None)
    assert metering.leave("str_1", paused_session, VIEWER.user_id, now=clock.now()).charged == 1000


@pytest.mark.covers("S-W-34")
def test_a_stream_that_ends_out_of_a_pause_charges_until_the_pause(invoke, paused_session, clock):
    turn(StreamStatus.ENDED, clock)
    ended = StreamEnded(stream_id="str_1", creator_id=CREATOR.user_id, ended_at=clock.now())
    assert invoke("live.settle_stream", queue_event(ended)) == DONE
    assert standing(paused_session) == ("ENDED", "stream_ended", 1000)


@pytest.mark.covers("S-W-34")
def test_a_stream_that_goes_on_is_charged_again(clock):
    put_stream()
    turn(StreamStatus.PAUSED, clock)
    clock.advance(seconds=5)
    turn(StreamStatus.LIVE, clock)
    session_id = watch()
    charge(session_id, 0, clock)
    assert metering.leave("str_1", session_id, VIEWER.user_id, now=clock.now()).charged == 1000
