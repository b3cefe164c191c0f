"""What days come to and add up to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.accountability.goals import rules
from shared.accountability.goals.calendar import Window, shifted
from shared.accountability.goals.frequency import Frequency, Past, asks_on, falls_short, period
from shared.accountability.goals.rules import Tally, counted

MONDAY = "2026-03-02"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

outcomes = st.sampled_from(["LOGGED", "DONE", "MISSED", "REST", "PAUSED", "EXCUSED"])


def fold(days, start=MONDAY, run_from=None):
    tally = Tally()
    for ahead, outcome in enumerate(days):
        day = shifted(start, ahead)
        kind = "LOGGED" if outcome == "DONE" else outcome
        tally = counted(tally, day, kind, completed=outcome == "DONE", run_from=run_from)
    return tally


@pytest.mark.covers("S-A-17")
@given(st.lists(outcomes, max_size=60))
def test_streak_longest_and_run_are_those_of_a_plain_reading(days):
    tally = fold(days)
    asked = [outcome for outcome in days if outcome in {"DONE", "LOGGED", "MISSED"}]
    broken = "".join("d" if outcome == "DONE" else " " for outcome in asked)
    assert tally.streak == len(broken) - len(broken.rstrip("d"))
    assert tally.longest == max((len(part) for part in broken.split()), default=0)
    assert (tally.done, tally.asked) == (asked.count("DONE"), len(asked))
    run = "".join("m" if outcome == "MISSED" else " " for outcome in days if outcome not in {"REST", "EXCUSED"})
    assert tally.missed_run == len(run) - len(run.rstrip("m"))
    assert (tally.missed_since is None) == (tally.missed_run == 0)
    assert (tally.streak_since is None) == (tally.streak == 0)


def test_a_run_knows_its_first_day_and_a_streak_too():
    assert fold(["DONE", "MISSED", "REST", "MISSED"]).missed_since == shifted(MONDAY, 1)
    assert fold(["MISSED", "EXCUSED", "DONE", "REST", "DONE"]).streak_since == shifted(MONDAY, 2)


def test_a_run_that_was_withdrawn_does_not_come_back():
    tally = fold(["MISSED", "MISSED", "REST", "MISSED"], run_from=shifted(MONDAY, 2))
    assert (tally.missed_run, tally.missed_since) == (1, shifted(MONDAY, 3))


def test_a_log_that_says_not_done_ends_the_run_and_the_streak():
    assert fold(["DONE", "LOGGED"]).streak == 0
    assert fold(["MISSED", "LOGGED"]).missed_run == 0


@pytest.mark.covers("S-A-30")
@pytest.mark.parametrize(
    ("before", "after", "celebrated", "reached"),
    [
        (6, 7, None, 7),
        (7, 8, f"{MONDAY}#7", None),
        (6, 7, f"{MONDAY}#7", None),
        (6, 7, "2026-01-01#30", 7),
        (29, 30, f"{MONDAY}#7", 30),
        (5, 31, None, 30),
        (59, 60, f"{MONDAY}#30", 60),
        (9, 3, None, None),
    ],
)
def test_a_milestone_is_reached_once_in_a_streak(before, after, celebrated, reached):
    assert rules.milestone(Tally(before, MONDAY), Tally(after, MONDAY), celebrated) == reached


def test_the_next_milestone():
    assert [rules.next_milestone(days) for days in (0, 6, 7, 30, 59, 60)] == [7, 7, 30, 60, 60, None]


@pytest.mark.covers("S-A-13")
def test_the_rate_is_of_what_was_asked():
    assert [rules.share(17, 20), rules.share(0, 0), rules.share(1, 3)] == [0.85, 0.0, 0.3333]


def window(hours, grace=0):
    closes = NOON + timedelta(hours=hours)
    return Window(MONDAY, "UTC", NOON, closes, closes + timedelta(minutes=grace))


def test_a_day_under_twelve_hours_is_short():
    assert rules.is_short(window(11.99))
    assert not rules.is_short(window(12))


@pytest.mark.covers("X-A-23")
@pytest.mark.parametrize(
    ("spans", "is_lost"),
    [
        ([(60, 90)], True),
        ([(60, 89)], False),
        ([(-100, 29)], False),
        ([(-100, 30)], True),
        ([(60, 75), (70, 90)], True),
        ([(60, 75), (60, 75)], False),
        ([(100, 120), (10, 20)], True),
        ([(24 * 60 + 30, 24 * 60 + 90)], True),
        ([(24 * 60 + 31, 24 * 60 + 90)], False),
        ([], False),
    ],
)
def test_thirty_lost_minutes_excuse_a_day(spans, is_lost):
    outages = [(NOON + timedelta(minutes=first), NOON + timedelta(minutes=last)) for first, last in spans]
    assert rules.lost(window(24, grace=60), outages) is is_lost


@pytest.mark.covers("X-A-17")
def test_a_pause_has_its_last_day():
    days = [shifted(MONDAY, ahead) for ahead in range(4)]
    assert [rules.is_paused(day, days[1], days[2]) for day in days] == [False, True, True, False]
    assert [rules.is_paused(day, days[1], None) for day in days] == [False, True, True, True]
    assert not rules.is_paused(MONDAY, None, None)


@pytest.mark.covers("X-A-22")
def test_corrections_reach_seven_days_back_and_not_before_the_goal():
    opened = shifted(MONDAY, 10)
    assert [rules.in_time(shifted(opened, -back), opened, MONDAY) for back in (0, 1, 7, 8)] == [
        False,
        True,
        True,
        False,
    ]
    assert not rules.in_time(shifted(opened, -7), opened, shifted(opened, -6))


@pytest.mark.covers("X-A-20")
def test_days_and_weekdays():
    daily, workdays = Frequency(since=MONDAY), Frequency(kind="WEEKDAYS", weekdays=(1, 3, 5), since=MONDAY)
    assert falls_short(daily, MONDAY, {}, lambda _: False)
    assert [asks_on(workdays, shifted(MONDAY, ahead)) for ahead in range(7)] == [True, False] * 2 + [True, False, False]


def week(n, done, since=MONDAY, off=frozenset(), first=0, frequency=None):
    """Return the days of a week that are missed when only some are done."""
    frequency = frequency or Frequency(kind="PER_WEEK", n=n, since=since)
    past, missed = {}, []
    for ahead in range(first, 7):
        day = shifted(MONDAY, ahead)
        if ahead in off:
            past[day] = Past("REST")
        elif ahead in done:
            past[day] = Past("LOGGED", done=True)
        elif falls_short(frequency, day, past, lambda when: when in {shifted(MONDAY, at) for at in off}):
            past[day] = Past("MISSED")
            missed.append(ahead)
        else:
            past[day] = Past("REST")
    return missed


@pytest.mark.covers("X-A-20")
@pytest.mark.parametrize(
    ("n", "done", "missed"),
    [
        (3, set(), [4, 5, 6]),
        (3, {0}, [5, 6]),
        (3, {0, 1, 2}, []),
        (3, {4, 5, 6}, []),
        (3, {5, 6}, [4]),
        (7, set(), [0, 1, 2, 3, 4, 5, 6]),
        (1, set(), [6]),
    ],
)
def test_a_day_of_a_week_is_missed_when_the_rest_no_longer_suffices(n, done, missed):
    assert week(n, done) == missed


def test_a_week_that_began_late_asks_for_its_share():
    assert week(3, set(), first=4) == [6]
    assert week(7, set(), first=5) == [5, 6]
    assert week(3, set(), first=6) == []
    assert week(3, set(), off=frozenset({0, 1, 2, 3})) == [6]


@given(st.integers(1, 7), st.sets(st.integers(0, 6)))
def test_a_week_is_missed_as_often_as_it_lacks(n, done):
    assert len(week(n, done)) == max(0, n - len(done))


@pytest.mark.covers("X-A-20")
def test_one_in_every_three_days():
    frequency = Frequency(kind="EVERY_N_DAYS", n=3, since=MONDAY)
    assert period(frequency, shifted(MONDAY, 4)) == (shifted(MONDAY, 3), shifted(MONDAY, 5))
    assert week(0, set(), frequency=frequency) == [2, 5]


@given(
    st.sampled_from([Frequency(kind="PER_WEEK", n=2, since=MONDAY), Frequency(kind="EVERY_N_DAYS", n=5, since=MONDAY)]),
    st.integers(0, 400),
)
def test_periods_tile_the_days(frequency, ahead):
    day = shifted(MONDAY, ahead)
    first, last = period(frequency, day)
    assert first <= day <= last
    assert period(frequency, shifted(last, 1))[0] == shifted(last, 1)
