"""``POST /v1/meter``: one interval, one charge, whatever is sent."""

import pytest

from shared import wallet
from shared.live import metering
from tests.clock import START
from tests.door import calls_made
from tests.handlers.live.conftest import OTHER, VIEWER, put_stream
from tests.triggers import principal

NOBODY = "00000000-0000-4000-8000-000000000000"
LEASE = 48


def fund(amount, user_id=VIEWER.user_id, payment="pay_1"):
    wallet.deposit(user_id, amount, reference=wallet.Reference("PAYMENT", payment), now=START)


@pytest.fixture
def join(clock):
    """Begin to watch with an amount of milli-credits; returns the viewing session's id."""

    def begin(amount=100_000, *, rate=6000, operation="opn_1"):
        put_stream(rate_per_minute=rate)
        fund(amount)
        return metering.join("str_1", VIEWER.user_id, operation=operation, seen=rate, now=clock.now()).session_id

    return begin


@pytest.fixture
def tick(call):
    """Send a tick."""

    def send(session_id, index, *, playback=10_000, caller=VIEWER, **changes):
        body = {"streamId": "str_1", "sessionId": session_id, "intervalIndex": index, "playbackMs": playback}
        return call("live.record_tick", body=body | changes, caller=caller)

    return send


@pytest.fixture
def watched(tick, clock):
    """Send ticks in time, from one index on."""

    def watch(session_id, count, first=0):
        for index in range(first, first + count):
            assert tick(session_id, index).status == 200
            clock.advance(seconds=10)

    return watch


class AnyInstant:
    """As of when an answer is; tests that care look at it."""

    def __eq__(self, other):
        return isinstance(other, str) and other.endswith("Z")

    __hash__ = None


def result(remaining, wait, *, success=True, message=None, as_of=None):
    told = {"success": success, "remainingCredits": remaining, "nextAllowedMs": wait, "message": message}
    return told | {"asOf": as_of or AnyInstant()}


def refusal(code, message, data, *, details=(), meta=None):
    error = {"code": code, "message": message, "details": list(details), "requestId": "req-1"}
    return {"error": error, "data": data, "meta": meta or {}}


@pytest.mark.covers("S-W-26", "S-W-32", "S-W-33", "S-W-28", "S-W-65", "S-W-38")
def test_a_tick_charges_its_interval(join, tick, clock):
    session_id = join()
    answer = tick(session_id, 0)
    told = result("99", 9000, as_of="2026-03-01T09:30:00.000Z")
    assert (answer.status, answer.json) == (200, {"data": told, "meta": {}})
    clock.advance(milliseconds=9_400)
    answer = tick(session_id, 1)
    told = result("98", 9600, as_of="2026-03-01T09:30:09.400Z")
    assert (answer.status, answer.json) == (200, {"data": told, "meta": {}})


def test_a_tick_in_turn_is_one_write_and_no_read(join, tick, clock):
    session_id = join()
    with calls_made() as made:
        assert tick(session_id, 0).status == 200
    assert made == ["UpdateItem"]


@pytest.mark.covers("S-W-06", "S-W-33", "S-W-34", "S-W-65", "X-W-28", "S-W-40", "D-07")
def test_the_same_tick_again_answers_409_with_the_original_result(join, tick, clock):
    session_id = join()
    first = tick(session_id, 0)
    clock.advance(seconds=10)
    tick(session_id, 1)
    for playback in (10_000, 0):
        again = tick(session_id, 0, playback=playback)
        told = refusal("ALREADY_PROCESSED", "This interval was already charged.", first.data, meta={"replayed": True})
        assert (again.status, again.json) == (409, told)
    assert tick(session_id, 1).data == result("98", 9000, as_of="2026-03-01T09:30:10.000Z")


@pytest.mark.covers("X-W-28", "S-W-06", "D-07")
def test_a_tick_of_an_earlier_lease_is_told_as_it_was_answered(join, tick, clock):
    session_id = join()
    answers = []
    for index in range(LEASE + 3):
        answers.append(tick(session_id, index))
        clock.advance(seconds=10)
    assert {answer.status for answer in answers} == {200}
    metering.leave("str_1", session_id, VIEWER.user_id, now=clock.now())
    for index in (0, LEASE - 1, LEASE, LEASE + 2):
        again = tick(session_id, index)
        assert (again.status, again.code, again.data) == (409, "ALREADY_PROCESSED", answers[index].data)


@pytest.mark.covers("S-W-35", "X-W-27", "S-W-40", "D-15")
def test_a_tick_before_its_interval_is_told_when_to_come(join, tick, clock):
    session_id = join()
    tick(session_id, 0)
    clock.advance(seconds=3)
    answer = tick(session_id, 1)
    data = result("99", 6000, success=False, message="This interval has not begun yet.")
    assert (answer.status, answer.json) == (400, refusal("TICK_TOO_EARLY", data["message"], data))
    clock.advance(milliseconds=answer.data["nextAllowedMs"])
    assert tick(session_id, 1).status == 200


@pytest.mark.covers("X-W-27", "S-W-40")
def test_a_tick_that_fell_behind_is_told_which_index_to_go_on_with(join, tick, clock):
    session_id = join()
    for index, advance in enumerate((19, 19)):
        tick(session_id, index)
        clock.advance(seconds=advance)
    answer = tick(session_id, 1)
    assert answer.status == 409
    clock.advance(seconds=1)
    tick(session_id, 2)
    clock.advance(seconds=19)
    answer = tick(session_id, 3)
    data = result("97", 0, success=False, message="This interval is over.")
    details = [{"field": "intervalIndex", "message": "Go on with 5"}]
    told = refusal("TICK_TOO_LATE", data["message"], data, details=details, meta={"nextIndex": 5})
    assert (answer.status, answer.json) == (400, told)
    skipping = tick(session_id, 5)
    assert (skipping.status, skipping.data) == (200, result("94", 1000))


@pytest.mark.covers("X-W-27", "S-W-39", "D-15")
@pytest.mark.parametrize("playback", [0, 1, 10_000, 3_600_000])
def test_what_the_client_says_it_played_changes_no_price(join, tick, playback):
    assert tick(join(), 0, playback=playback).data == result("99", 9000)


@pytest.mark.covers("S-W-27", "S-W-29")
def test_a_fraction_of_a_milli_credit_is_rounded_up(join, tick):
    assert tick(join(rate=6001), 0).data["remainingCredits"] == "98.999"


@pytest.mark.covers("S-W-33", "S-W-37", "S-W-65", "X-W-03")
def test_when_the_credits_run_out_the_session_is_settled(join, tick, watched, clock):
    session_id = join(3500)
    watched(session_id, 3)
    answer = tick(session_id, 3)
    data = result("0.5", 0, success=False, message="Your credits are used up. Top up to go on watching.")
    assert (answer.status, answer.json) == (402, refusal("INSUFFICIENT_CREDITS", data["message"], data))
    again = tick(session_id, 3)
    assert (again.status, again.json) == (answer.status, answer.json)
    fund(10_000, payment="pay_2")
    assert tick(session_id, 3).data["remainingCredits"] == "10.5"
    account = wallet.read_account(VIEWER.user_id)
    assert (account.available, account.held, account.open_holds) == (10_500, 0, 0)


@pytest.mark.covers("X-W-04", "S-W-37")
def test_credits_that_come_while_watching_carry_on(join, tick, watched, clock):
    session_id = join(2000)
    watched(session_id, 2)
    fund(10_000, payment="pay_2")
    assert tick(session_id, 2).data == result("9", 9000)


def test_a_viewer_who_was_silent_has_left(join, tick, clock):
    session_id = join()
    tick(session_id, 0)
    clock.advance(seconds=20, milliseconds=1)
    answer = tick(session_id, 2)
    data = result("99", 0, success=False, message="This viewing session is over.")
    assert (answer.status, answer.json) == (409, refusal("SESSION_ENDED", data["message"], data))
    assert metering.summary(metering.own_viewing("str_1", session_id, VIEWER.user_id)).reason == "abandoned"


def test_a_session_that_was_left_takes_no_tick(join, tick, clock):
    session_id = join()
    metering.leave("str_1", session_id, VIEWER.user_id, now=clock.now())
    answer = tick(session_id, 0)
    assert (answer.status, answer.code, answer.data["remainingCredits"]) == (409, "SESSION_ENDED", "100")


@pytest.mark.parametrize("index", [0, 1])
def test_nobody_ticks_in_someone_elses_session(join, tick, index):
    session_id = join()
    tick(session_id, 0)
    missing = {
        "error": {"code": "NOT_FOUND", "message": "There is no such thing here.", "details": [], "requestId": "req-1"}
    }
    for answer in (
        tick(session_id, index, caller=OTHER),
        tick(session_id, index, streamId="str_2"),
        tick(NOBODY, index),
    ):
        assert (answer.status, answer.json) == (404, missing)


@pytest.mark.covers("S-W-34")
def test_only_who_is_signed_in_and_may_watch_ticks(join, tick):
    session_id = join()
    assert tick(session_id, 0, caller=None).status == 401
    assert tick(session_id, 0, caller=principal("usr_viewer", "wallet:read")).status == 403
    assert tick(session_id, 0).data == result("99", 9000)


@pytest.mark.covers("S-W-33")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"intervalIndex": "0"}, "intervalIndex"),
        ({"intervalIndex": True}, "intervalIndex"),
        ({"intervalIndex": -1}, "intervalIndex"),
        ({"intervalIndex": 4321}, "intervalIndex"),
        ({"intervalIndex": 0.5}, "intervalIndex"),
        ({"playbackMs": "10000"}, "playbackMs"),
        ({"playbackMs": -1}, "playbackMs"),
        ({"playbackMs": 3_600_001}, "playbackMs"),
        ({"sessionId": "5"}, "sessionId"),
        ({"streamId": "x" * 65}, "streamId"),
        ({"rate": 1}, "rate"),
    ],
)
def test_a_malformed_tick_is_refused(join, tick, changes, field):
    answer = tick(join(), 0, **changes)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in answer.json["error"]["details"]] == [field]


def test_a_tick_needs_a_body(call):
    answer = call("live.record_tick", caller=VIEWER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
