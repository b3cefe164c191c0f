"""Days of people: they tile time, whatever zones, clocks and journeys do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.accountability.goals import rules
from shared.accountability.goals.calendar import Habits, day_at, ends_at, following, opening, shifted
from shared.kernel.clock import EPOCH
from shared.kernel.zones import local_time

ZONES = sorted(available_timezones())

habits = st.builds(
    Habits, zone=st.sampled_from(ZONES), day_start=st.integers(0, 720), grace=st.sampled_from([0, 60, 720])
)
instants = st.integers(631_152_000, 2_114_380_800).map(lambda seconds: EPOCH + timedelta(seconds=seconds))


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.covers("X-A-19", "S-A-52")
@given(instants, habits)
def test_an_instant_belongs_to_the_day_that_ends_next(now, kept):
    day = day_at(now, kept)
    assert ends_at(shifted(day, -1), kept) <= now < ends_at(day, kept)


@pytest.mark.covers("X-A-19")
@given(instants, st.lists(habits, min_size=1, max_size=12))
def test_days_tile_time_and_dates_follow_each_other_whatever_the_journey(now, journey):
    window = opening(now, journey[0])
    assert window.opened_at == now
    for kept in journey[1:]:
        after = following(window, kept)
        assert after.opened_at == window.closes_at <= after.closes_at <= after.due_at
        assert after.day == shifted(window.day, 1)
        assert after.closes_at in {ends_at(after.day, kept), after.opened_at}
        window = after


@given(instants, habits)
def test_a_day_of_somebody_who_stays_is_never_short(now, kept):
    window = following(opening(now, kept), kept)
    # Samoa and its like left out a whole date, the Marshall Islands too: their one day is empty.
    if window.closes_at > window.opened_at:
        assert not rules.is_short(window)


@pytest.mark.covers("X-A-19")
@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Havana", "2026-03-08", 23),
        ("Asia/Kathmandu", "2026-03-08", 24),
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_a_day_is_as_long_as_the_clocks_make_it(zone, day, hours):
    kept = Habits(zone)
    assert ends_at(day, kept) - ends_at(shifted(day, -1), kept) == timedelta(hours=hours)


@pytest.mark.covers("X-A-18")
def test_a_night_owls_day_begins_at_three():
    kept = Habits("Europe/Berlin", day_start=180)
    assert day_at(at("2026-03-02T02:59:59+01:00"), kept) == "2026-03-01"
    assert day_at(at("2026-03-02T03:00:00+01:00"), kept) == "2026-03-02"


@pytest.mark.covers("X-A-18")
def test_a_day_start_in_a_gap_is_the_first_instant_after_it():
    assert ends_at("2026-03-28", Habits("Europe/Berlin", day_start=150)) == at("2026-03-29T03:00:00+02:00")


@pytest.mark.covers("X-A-19")
@pytest.mark.parametrize(
    ("home", "away", "hours"),
    [
        ("America/New_York", "Asia/Kathmandu", 13.25),
        ("Asia/Kathmandu", "America/New_York", 34.75),
        ("America/New_York", "Pacific/Auckland", 6),
        ("Pacific/Honolulu", "Pacific/Kiritimati", 0),
        ("Pacific/Kiritimati", "Pacific/Honolulu", 48),
    ],
)
def test_the_first_day_away_is_what_the_journey_leaves_of_it(home, away, hours):
    first = opening(at("2026-02-02T12:00:00+00:00"), Habits(home))
    assert following(first, Habits(away)).closes_at - first.closes_at == timedelta(hours=hours)


def test_the_first_day_of_a_goal_is_the_rest_of_today():
    window = opening(at("2026-03-01T23:30:00+00:00"), Habits("UTC", grace=45))
    assert (window.day, window.closes_at, window.due_at) == (
        "2026-03-01",
        at("2026-03-02T00:00:00+00:00"),
        at("2026-03-02T00:45:00+00:00"),
    )
    assert rules.is_short(window)


@given(st.dates(date(1990, 1, 1), date(2037, 1, 1)), habits)
def test_a_day_ends_when_the_clocks_show_its_start(day, kept):
    end = local_time(ends_at(day.isoformat(), kept), kept.zone)
    minutes = end.hour * 60 + end.minute
    skipped = end - timedelta(milliseconds=1) if minutes != kept.day_start else None
    assert skipped is None or local_time(skipped.astimezone(UTC), kept.zone).utcoffset() != end.utcoffset()
