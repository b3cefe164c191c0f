"""Metering's decisions: what a tick costs, when it is taken, and what a session owes in the end."""

from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.clock import to_ms
from shared.live.metering import items, rules
from shared.live.metering.rules import Tick, Verdict, Viewing
from tests.clock import START

rates = st.integers(1, 100_000)
indexes = st.integers(0, 4320)
S = timedelta(seconds=1)


def after(seconds: float) -> datetime:
    return START + timedelta(milliseconds=round(seconds * 1000))


def viewing(**changes: object) -> Viewing:
    """A session in its fourth interval, all ticks in time, with credits for six more in its lease."""
    fields = {
        "active": True,
        "cost": 1000,
        "lease_left": 6000,
        "held": 10_000,
        "last_index": 3,
        "first_index": 0,
        "started_at": START,
        "last_seen": after(30),
        "arrivals": [after(10 * index) for index in range(4)],
    }
    return Viewing(**fields | changes)  # type: ignore[arg-type]


@pytest.mark.covers("S-W-27", "S-W-08", "S-W-65")
@given(st.integers(0, 10**7), st.integers(0, 10**9))
def test_a_time_costs_its_share_of_the_rate_rounded_up_to_a_milli_credit(playback_ms: int, rate: int) -> None:
    exact = Fraction(playback_ms * rate, 60_000)
    assert exact <= rules.credits_for_interval(playback_ms, rate) < exact + 1


@pytest.mark.covers("S-W-28")
def test_an_interval_at_the_default_rate_costs_one_credit() -> None:
    assert rules.interval_cost(6000) == 1000


@pytest.mark.parametrize(("playback_ms", "rate"), [(-1, 6000), (10_000, -1)])
def test_time_and_rate_are_not_negative(playback_ms: int, rate: int) -> None:
    with pytest.raises(ValueError, match="not negative"):
        rules.credits_for_interval(playback_ms, rate)


@pytest.mark.covers("S-W-31")
@pytest.mark.parametrize(("cost", "minimum"), [(1, 1000), (1000, 1000), (2500, 2500)])
def test_to_start_one_needs_the_minimum_or_one_interval(cost: int, minimum: int) -> None:
    assert rules.minimum_balance(cost, 1000) == minimum


@given(st.integers(1, 20_000), st.integers(0, 3))
def test_a_lease_has_whole_intervals_and_at_least_what_is_owed(cost: int, intervals: int) -> None:
    owed = intervals * cost
    size = rules.lease_size(cost, owed)
    assert size.want == 48 * cost
    assert size.unit % cost == 0
    assert size.unit == max(cost, owed)


@pytest.mark.covers("X-W-27", "S-W-39")
@given(st.integers(-(10**9), 10**9))
def test_the_playback_kept_is_at_most_one_interval(playback_ms: int) -> None:
    assert rules.clamp_playback(playback_ms) == min(max(playback_ms, 0), 10_000)


@pytest.mark.covers("S-W-35")
@given(indexes, st.integers(0, 4320 * 10_000))
def test_the_next_tick_is_taken_when_it_was_promised(index: int, elapsed: int) -> None:
    now = START + timedelta(milliseconds=elapsed)
    wait = rules.next_allowed_ms(START, index, now)
    opens = rules.opens_at(START, index + 1)
    assert wait == max(0, opens - to_ms(now))
    assert to_ms(now) + wait >= opens


@pytest.mark.covers("S-W-34", "X-W-27")
@pytest.mark.parametrize(
    ("session", "index", "seconds", "verdict"),
    [
        ({}, 4, 40, Verdict.CHARGE),
        ({}, 4, 39, Verdict.CHARGE),
        ({}, 4, 38.999, Verdict.EARLY),
        ({}, 5, 48.999, Verdict.EARLY),
        ({}, 5, 49, Verdict.CHARGE),
        ({}, 4, 50, Verdict.CHARGE),
        ({}, 4, 50.001, Verdict.SILENT),
        ({"last_seen": after(45)}, 4, 60, Verdict.CHARGE),
        ({"last_seen": after(45)}, 4, 60.001, Verdict.LATE),
        ({"lease_left": 0}, 4, 40, Verdict.RENEW),
        ({"lease_left": 999}, 4, 40, Verdict.RENEW),
        ({"lease_left": 1000}, 5, 50, Verdict.RENEW),
        ({"lease_left": 2000}, 5, 50, Verdict.CHARGE),
        ({}, 3, 40, Verdict.REPLAY),
        ({}, 0, 40, Verdict.REPLAY),
        ({"active": False}, 3, 999, Verdict.REPLAY),
        ({"active": False}, 4, 40, Verdict.ENDED),
        ({"lease_left": 0}, 4, 38, Verdict.EARLY),
    ],
)
def test_a_tick_is_judged_by_the_servers_clock(
    session: dict[str, object], index: int, seconds: float, verdict: Verdict
) -> None:
    assert rules.judge(viewing(**session), Tick(index, 10_000, after(seconds))) is verdict


@given(indexes, st.integers(0, 60_000))
def test_what_a_client_says_it_played_decides_nothing(index: int, playback_ms: int) -> None:
    judged = {rules.judge(viewing(), Tick(index, played, after(40))) for played in (0, playback_ms)}
    assert len(judged) == 1


@pytest.mark.covers("X-W-27")
@pytest.mark.parametrize(("index", "owed"), [(4, 1000), (5, 2000), (6, 3000)])
def test_skipped_intervals_are_owed(index: int, owed: int) -> None:
    assert rules.owed(viewing(), Tick(index, 0, after(60))) == owed


def test_the_clock_says_which_interval_it_is() -> None:
    assert [rules.expected_index(viewing(), after(at)) for at in (0, 9.999, 10, 35)] == [0, 0, 1, 3]


def test_a_session_owes_every_interval_charged() -> None:
    assert rules.used(viewing()) == rules.due_at_end(viewing(), at=after(60)) == 4000


@pytest.mark.covers("S-W-34")
@pytest.mark.parametrize(
    ("admitted", "at", "due"),
    [
        (None, 15, 0),
        (0, 0, 1000),
        (0, 10, 1000),
        (0, 10.001, 2000),
        (0, 20, 2000),
        (0, 60, 2000),
        (3, 2.999, 0),
        (3, 3, 1000),
        (15, 20, 2000),
    ],
)
def test_whom_the_room_was_opened_for_owes_what_began_until_they_went_or_fell_silent(
    admitted: float | None, at: float, due: int
) -> None:
    admitted_at = None if admitted is None else after(admitted)
    silent = viewing(last_index=-1, lease_left=10_000, last_seen=START, arrivals=[], admitted_at=admitted_at)
    assert rules.used(silent) == (1000 if admitted_at else 0)
    assert rules.due_at_end(silent, at=after(at)) == due


@pytest.mark.parametrize(("at", "due"), [(30, 4000), (40, 4000), (40.001, 5000), (50, 5000), (99, 5000)])
def test_an_interval_that_was_opened_is_owed_without_its_tick(at: float, due: int) -> None:
    assert rules.due_at_end(viewing(admitted_at=START), at=after(at)) == due


def test_nothing_is_opened_after_the_stream_went_off_air() -> None:
    let_in = viewing(admitted_at=START)
    assert rules.due_at_end(let_in, at=after(45), off_air=after(41)) == 5000
    assert rules.due_at_end(let_in, at=after(45), off_air=after(15)) == 2000
    assert (
        rules.due_at_end(
            viewing(admitted_at=after(16), arrivals=[], lease_left=10_000, last_index=-1),
            at=after(45),
            off_air=after(15),
        )
        == 0
    )


@pytest.mark.covers("S-W-34")
@pytest.mark.parametrize(("until", "used"), [(30, 4000), (29.999, 3000), (20, 3000), (0, 1000), (-1, 0)])
def test_intervals_charged_after_the_stream_ended_are_given_back(until: float, used: int) -> None:
    assert rules.due_at_end(viewing(), at=after(60), off_air=after(until)) == used


@pytest.mark.covers("S-W-34")
@pytest.mark.parametrize(("until", "used"), [(30, 4000), (10, 2000), (9, 1000)])
def test_intervals_of_earlier_leases_are_given_back_alike(until: float, used: int) -> None:
    later = viewing(first_index=2, arrivals=[after(20), after(30)])
    assert rules.due_at_end(later, at=after(60), off_air=after(until), earlier=[after(0), after(10)]) == used


@pytest.mark.covers("S-W-06")
@given(st.integers(-60_000, 24 * 3_600_000), st.integers(0, 10_000))
def test_the_evidence_of_an_interval_is_one_number(after_ms: int, playback_ms: int) -> None:
    arrived = START + timedelta(milliseconds=after_ms)
    packed = items.pack(arrived, playback_ms)
    assert items.unpack(packed, START) == (arrived, playback_ms)
    assert packed < 10**13


@pytest.mark.covers("X-L-06")
@given(st.integers(31_000, 3_600_000), st.integers(0, 600_000))
def test_a_pause_that_is_over_owes_what_the_same_viewing_without_it_would(stayed_ms: int, pause_ms: int) -> None:
    pause, left = timedelta(milliseconds=pause_ms), START + timedelta(milliseconds=stayed_ms)
    without = viewing(admitted_at=START, last_seen=left, held=500_000, lease_left=496_000)
    assert rules.due_at_end(rules.set_forward(without, pause_ms), at=left + pause) == rules.due_at_end(without, at=left)


@pytest.mark.covers("X-L-06")
def test_while_paused_nobody_falls_silent_and_every_tick_is_told_so() -> None:
    stopped = viewing(paused_at=after(35))
    assert rules.gone_at(stopped, after(3600)) is None
    assert rules.judge(stopped, Tick(4, 10_000, after(900))) is Verdict.PAUSED
    assert rules.judge(stopped, Tick(3, 10_000, after(900))) is Verdict.REPLAY


@pytest.mark.covers("X-L-06")
def test_whoever_was_silent_before_the_picture_went_is_told_that_they_left() -> None:
    was_silent = viewing(paused_at=after(51))
    assert rules.gone_at(was_silent, after(60)) == after(50)
    assert rules.judge(was_silent, Tick(4, 10_000, after(60))) is Verdict.SILENT


@pytest.mark.covers("X-L-06")
def test_an_interval_that_opened_without_a_picture_is_not_owed() -> None:
    let_in = viewing(admitted_at=after(5), arrivals=[], held=5000, lease_left=5000, last_index=-1, paused_at=after(3))
    assert rules.used(let_in) == 0
    assert rules.due_at_end(let_in, at=after(9), off_air=after(3)) == 0


@pytest.mark.covers("X-L-06")
def test_ticks_charged_before_the_news_of_a_pause_came_are_given_back_when_the_viewer_goes() -> None:
    set_forward = rules.set_forward(viewing(admitted_at=START), 30_000)
    assert rules.due_at_end(set_forward, at=after(35)) == 1000
    assert rules.due_at_end(viewing(), at=after(5)) == 4000
