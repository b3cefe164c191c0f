"""A picture that is paid for only while it moves: media decides (X-L-02, X-L-06)."""

import itertools
import json
from datetime import timedelta

import pytest

from shared import wallet
from shared.kernel.clock import to_ms
from shared.live import metering, picture, rooms, streams
from shared.live.events import LivekitEventReceived, StreamPaused
from tests import mutants
from tests.clock import START
from tests.handlers.live.conftest import CREATOR, VIEWER, http, put_stream, stored, watch
from tests.handlers.live.test_livekit_events import EVENT, OK, deliver, signed
from tests.mutants import Mutant
from tests.outbox import sent
from tests.triggers import due_event, queue_event, schedule_event

PATH = {"stream_id": "str_1"}
DONE = {"batchItemFailures": []}
NUMBERS = itertools.count()


@pytest.fixture
def told_by_livekit(invoke, livekit, clock):
    """Let an event of LiveKit about the room come and be worked."""

    def tell(kind, identity=CREATOR.user_id, *, at=None):
        happened = str(to_ms(at or clock.now()) // 1000)
        changed = {"id": f"EV_{next(NUMBERS)}", "event": kind, "createdAt": happened}
        body = json.dumps(EVENT | changed | {"participant": {"identity": identity}}).encode()
        assert deliver(invoke, signed(body), body) == OK
        event = queue_event(LivekitEventReceived(event_id=changed["id"]))
        assert invoke("live.process_livekit_event", event) == DONE

    return tell


def start(call, key):
    return call("live.start_stream", path=PATH, caller=CREATOR, key=key)


@pytest.mark.covers("X-L-02")
def test_a_stream_is_live_with_its_first_picture_and_not_before(call, camera, told_by_livekit, clock):
    put_stream(status="SCHEDULED")
    answer = start(call, "a")
    assert (answer.data["status"], answer.data["waitingForPicture"], answer.data["startedAt"]) == (
        "SCHEDULED",
        True,
        None,
    )
    camera.enter()
    told_by_livekit("participant_joined")
    assert stored().status == "SCHEDULED"
    clock.advance(seconds=7)
    camera._post("publish", room="str_1", identity=CREATOR.user_id, source="microphone")
    for _ in range(2):
        told_by_livekit("track_published")
    assert (stored().status, stored().started_at) == ("LIVE", clock.now())
    assert call("live.read_stream", path=PATH).data["waitingForPicture"] is False
    assert len(sent("live", "StreamStarted")) == 1


@pytest.mark.covers("S-L-31", "X-L-02")
def test_a_rehearsal_is_not_broadcast(call, camera, told_by_livekit):
    put_stream(status="SCHEDULED")
    camera.on()
    told_by_livekit("track_published")
    assert stored().status == "SCHEDULED"
    assert start(call, "a").data["status"] == "LIVE"


@pytest.mark.parametrize("mode", ["server_error", "rate_limit"])
def test_a_start_while_livekit_does_not_answer_goes_live_by_itself(
    call, invoke, camera, livekit, clock, due_queues, mode
):
    put_stream(status="SCHEDULED")
    camera.on()
    livekit.modes(**{mode: {"times": 1}})
    assert start(call, "a").data["waitingForPicture"] is True
    clock.advance(seconds=15)
    assert invoke("live.check_stream", due_event(("STREAM#str_1", "STREAM"))) == DONE
    assert stored().status == "LIVE"


@pytest.mark.covers("X-L-02", "X-L-06")
@pytest.mark.parametrize("way", ["participant_left", "participant_connection_aborted", "track_unpublished"])
def test_the_picture_goes_and_comes_back(camera, told_by_livekit, clock, way):
    put_stream()
    track = camera.on()
    clock.advance(seconds=65)
    gone_at = clock.now()
    camera.off(track) if way == "track_unpublished" else camera.gone()
    clock.advance(seconds=3)
    for _ in range(2):
        told_by_livekit(way, at=gone_at)
    assert (stored().status, stored().paused_at) == ("PAUSED", gone_at)
    clock.advance(seconds=27)
    camera.on()
    for _ in range(2):
        told_by_livekit("track_published")
    assert (stored().status, stored().paused_at, stored().paused_ms) == ("LIVE", None, 30_000)
    assert [len(sent("live", kind)) for kind in ("StreamPaused", "StreamStarted")] == [1, 1]


@pytest.mark.covers("X-L-06")
@pytest.mark.parametrize("kind", ["participant_left", "track_unpublished", "room_finished"])
def test_an_event_that_comes_late_changes_nothing_while_the_picture_is_there(camera, told_by_livekit, clock, kind):
    put_stream()
    camera.on()
    clock.advance(minutes=5)
    told_by_livekit(kind, at=START)
    assert stored().status == "LIVE"


@pytest.mark.covers("X-L-06")
def test_an_event_that_was_long_on_its_way_gives_nobody_minutes_that_were_watched(camera, told_by_livekit, clock):
    put_stream()
    camera.on()
    clock.advance(minutes=5)
    camera.gone()
    told_by_livekit("participant_left", at=START)
    assert stored().paused_at == clock.now()


@pytest.mark.covers("X-L-06")
def test_a_viewer_who_leaves_pauses_nothing(camera, told_by_livekit, monkeypatch):
    put_stream()
    camera.on()
    monkeypatch.setattr(picture, "follow", lambda *_, **__: pytest.fail("a viewer is no picture"))
    told_by_livekit("participant_left", "usr_viewer:5e4f2f5e-0d5a-4b7e-9d9c-3f1e1a2b3c4d")


def test_the_last_look_is_after_the_last_write(camera, clock, monkeypatch):
    """The picture comes back between the look that missed it and the write of the pause, and its event is worked."""
    put_stream()
    looked, bring = rooms.moving, streams.bring

    def meanwhile(*arguments, **options):
        monkeypatch.setattr(streams, "bring", bring)
        camera.on()
        picture.follow("str_1", since=clock.now(), now=clock.now())
        return bring(*arguments, **options)

    monkeypatch.setattr(streams, "bring", meanwhile)
    picture.follow("str_1", since=clock.now(), now=clock.now())
    assert looked("str_1", CREATOR.user_id)
    assert stored().status == "LIVE"


@pytest.mark.covers("X-L-06")
def test_a_pause_ends_the_stream_after_ten_minutes_and_not_before(invoke, call, livekit, clock, due_queues):
    put_stream(status="PAUSED", ready_at=START)
    assert call("live.read_stream", path=PATH).data["pausedUntil"] == "2026-03-01T09:40:00.000Z"
    clock.advance(minutes=9, seconds=59)
    assert invoke("live.sweep_streams", schedule_event()) is None
    assert invoke("live.check_stream", due_event(("STREAM#str_1", "STREAM"))) == DONE
    assert stored().status == "PAUSED"
    clock.advance(seconds=1)
    for _ in range(2):
        assert invoke("live.check_stream", due_event(("STREAM#str_1", "STREAM"))) == DONE
    assert (stored().status, stored().ended_at, stored().off_air_since) == ("ENDED", clock.now(), START)
    assert len(sent("live", "StreamEnded")) == 1
    assert stored().due_at is None


@pytest.mark.covers("X-L-06")
def test_how_long_a_pause_may_take_is_configured(invoke, livekit, clock, due_queues, configured):
    configured("paused_minutes", 2)
    put_stream(status="PAUSED", ready_at=START)
    clock.advance(minutes=2)
    invoke("live.check_stream", due_event(("STREAM#str_1", "STREAM")))
    assert stored().status == "ENDED"


def test_a_wish_without_a_picture_is_forgotten(invoke, call, livekit, clock, due_queues):
    put_stream(status="SCHEDULED")
    start(call, "a")
    clock.advance(minutes=10)
    assert invoke("live.check_stream", due_event(("STREAM#str_1", "STREAM"))) == DONE
    assert (stored().status, stored().ready_at, stored().due_at) == ("SCHEDULED", None, None)


@pytest.mark.covers("X-L-06")
def test_a_pause_of_the_creators_own_waits_for_them_and_not_for_the_picture(call, camera, told_by_livekit):
    put_stream()
    camera.on()
    call("live.change_stream", path=PATH, body={"status": "PAUSED"}, caller=CREATOR)
    told_by_livekit("track_published")
    assert stored().status == "PAUSED"
    assert start(call, "b").data["status"] == "LIVE"


class Player:
    """A viewer's player that ticks as it is told."""

    def __init__(self, call, clock):
        self.call, self.clock, self.index = call, clock, 0
        self.session_id = watch()
        metering.let_in("str_1", self.session_id, VIEWER.user_id, now=clock.now())

    def tick(self):
        body = {"streamId": "str_1", "sessionId": self.session_id, "intervalIndex": self.index, "playbackMs": 10_000}
        answer = self.call("live.record_tick", body=body, caller=VIEWER)
        if answer.status == 200:
            self.index += 1
        return answer

    def watch(self, seconds):
        """Tick whenever it is time."""
        answers = []
        for _ in range(seconds // 10):
            answers.append(self.tick())
            self.clock.advance(seconds=10)
        return answers

    def leave(self):
        return metering.leave("str_1", self.session_id, VIEWER.user_id, now=self.clock.now()).charged


@pytest.fixture
def player(call, camera, clock, due_queues):
    put_stream()
    camera.on()
    return Player(call, clock)


def pause(camera, clock, invoke, *, told=True):
    camera.gone()
    picture.follow("str_1", since=clock.now(), now=clock.now())
    if told:
        event = StreamPaused(stream_id="str_1", creator_id=CREATOR.user_id, paused_at=clock.now())
        assert invoke("live.settle_stream", queue_event(event)) == DONE


def back(camera, clock):
    camera.on()
    picture.follow("str_1", since=clock.now(), now=clock.now())


@pytest.mark.covers("X-L-06")
def test_a_black_screen_costs_nothing_and_the_session_goes_on_where_it_was(player, camera, clock, invoke):
    assert {one.status for one in player.watch(30)} == {200}
    pause(camera, clock, invoke)
    for answer in player.watch(300):
        assert (answer.status, answer.code) == (409, "STREAM_PAUSED")
        assert answer.data["nextAllowedMs"] == 10_000
        assert answer.data["remainingCredits"] == "97"
    back(camera, clock)
    answers = player.watch(30)
    assert [(one.status, one.data["remainingCredits"]) for one in answers] == [(200, "96"), (200, "95"), (200, "94")]
    assert player.leave() == 6000
    assert wallet.read_account(VIEWER.user_id).available == 94_000


@pytest.mark.covers("X-L-06")
def test_a_reconnect_inside_an_interval_costs_nobody_anything(player, camera, clock, invoke):
    player.watch(20)
    player.tick()
    clock.advance(seconds=4)
    pause(camera, clock, invoke)
    clock.advance(seconds=5)
    back(camera, clock)
    clock.advance(seconds=1)
    early = player.tick()
    assert (early.code, early.data["nextAllowedMs"]) == ("TICK_TOO_EARLY", 4000)
    clock.advance(seconds=5)
    assert player.tick().status == 200
    clock.advance(seconds=1)
    assert player.leave() == 4000


@pytest.mark.covers("X-L-06")
@pytest.mark.parametrize("told", [True, False])
def test_who_leaves_during_the_pause_pays_until_it_began(player, camera, clock, invoke, told):
    player.watch(30)
    clock.advance(seconds=2)
    pause(camera, clock, invoke, told=told)
    player.watch(20)
    clock.advance(minutes=1)
    assert player.leave() == 4000


@pytest.mark.covers("X-L-06")
def test_a_pause_that_nobody_was_told_of_is_taken_off_all_the_same(player, camera, clock, invoke):
    """Its event is stuck; the player ticked on through a minute of it, then the picture came back."""
    player.watch(30)
    pause(camera, clock, invoke, told=False)
    player.watch(60)
    back(camera, clock)
    assert player.leave() == 3000


CHARGED = Mutant("a pause is charged", "shared.live.metering.sessions", "_in_step", "missed_ms(item, stream)", "0")


@pytest.mark.covers("R-04")
def test_that_a_pause_is_charged_is_noticed(player, camera, clock, invoke):
    """Players of a simulated hour hear of a pause before it is over: this corner is played by hand."""
    with mutants.planted(CHARGED), pytest.raises(AssertionError):
        test_a_pause_that_nobody_was_told_of_is_taken_off_all_the_same(player, camera, clock, invoke)


@pytest.mark.covers("X-L-06", "X-W-05")
def test_nobody_falls_silent_during_a_pause_and_who_does_after_it_is_settled(player, camera, clock, invoke, due_queues):
    player.watch(30)
    pause(camera, clock, invoke)
    clock.advance(minutes=5)
    key = (f"VIEWING#{player.session_id}", "VIEWING")
    assert invoke("live.check_viewing", due_event(key)) == DONE
    assert metering.watches("str_1", player.session_id, VIEWER.user_id)
    back(camera, clock)
    clock.advance(minutes=2)
    assert invoke("live.check_viewing", due_event(key)) == DONE
    item = metering.own_viewing("str_1", player.session_id, VIEWER.user_id)
    # Last heard 10 s before the pause: 10 s after it nothing more is owed.
    assert (item.status, item.ended_reason, item.charged) == ("ENDED", "abandoned", 4000)
    assert item.ended_at == START + timedelta(seconds=30, minutes=5) + timedelta(seconds=10)


LATE = Mutant(
    "a session is settled as of when somebody came",
    "shared.live.metering.sessions",
    "settle_as_read",
    "min(at, gone) if gone else at",
    "at",
)


@pytest.mark.covers("R-04")
def test_that_a_session_is_settled_as_of_when_somebody_came_is_noticed(player, camera, clock, invoke, due_queues):
    with mutants.planted(LATE), pytest.raises(AssertionError):
        test_nobody_falls_silent_during_a_pause_and_who_does_after_it_is_settled(
            player, camera, clock, invoke, due_queues
        )


@pytest.mark.covers("X-L-06")
def test_the_first_interval_is_not_owed_while_nothing_moves(call, camera, clock, invoke):
    put_stream()
    camera.on()
    session_id = watch()
    clock.advance(seconds=2)
    pause(camera, clock, invoke)
    refused = call("live.issue_token", path=PATH, body={"sessionId": session_id}, caller=VIEWER)
    assert (refused.status, refused.code) == (409, "STREAM_PAUSED")
    clock.advance(minutes=4)
    assert metering.leave("str_1", session_id, VIEWER.user_id, now=clock.now()).charged == 0


@pytest.mark.covers("X-L-06")
def test_a_stream_without_a_picture_cannot_be_joined_and_says_so(call, clock):
    put_stream(status="PAUSED")
    wallet.deposit(VIEWER.user_id, 10_000, reference=wallet.Reference("PAYMENT", "pay_1"), now=START)
    answer = call("live.join_stream", path=PATH, body={"ratePerMinute": "6"}, caller=VIEWER, key="one")
    assert (answer.status, answer.code) == (409, "STREAM_PAUSED")
    assert answer.json["error"]["message"] == "This stream is paused. Nothing is charged until the picture is back."


def test_a_token_after_the_pause_is_given_although_the_session_had_not_heard(player, call, camera, clock, invoke):
    player.watch(30)
    pause(camera, clock, invoke)
    clock.advance(minutes=3)
    back(camera, clock)
    answer = call("live.issue_token", path=PATH, body={"sessionId": player.session_id}, caller=VIEWER)
    assert answer.status == 200
    assert http("POST", f"{camera.livekit.url}/_sim/join", {"token": answer.data["token"]}).status == 200
