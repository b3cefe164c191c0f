"""When somebody may be written to: in every zone they may be in, by every rule, whatever the clocks do."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.messaging.recipients import hours
from shared.messaging.recipients.hours import DEFAULT, STRICTEST, UNKNOWN_ZONES, Whereabouts, Window, every_day

ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "America/St_Johns",
    "Europe/London",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Honolulu",
)
CHANGES = (
    datetime(2026, 3, 8, 6, 30, tzinfo=UTC),
    datetime(2026, 11, 1, 5, 0, tzinfo=UTC),
    datetime(2026, 3, 29, 0, 30, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 0, tzinfo=UTC),
    datetime(2026, 4, 4, 14, 45, tzinfo=UTC),
)
"""Shortly before clocks change."""

instants = st.one_of(
    st.integers(0, 3 * 365 * 86_400).map(lambda second: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=second)),
    st.builds(lambda at, by: at + timedelta(seconds=by), st.sampled_from(CHANGES), st.integers(-20_000, 20_000)),
)
minutes = st.integers(0, 24 * 60)
weeks = st.one_of(
    st.builds(every_day, minutes, minutes),
    st.tuples(*[st.one_of(st.none(), st.builds(Window, minutes, minutes))] * 7),
    st.sampled_from(sorted(hours.state_hours().values(), key=repr)),
)


def oracle(at: datetime, zones: tuple[str, ...], rules: tuple[hours.Week, ...]) -> bool:
    """Say the same in other words: seconds of the local day, windows cut at midnight."""
    for zone in zones:
        local = at.astimezone(ZoneInfo(zone))
        second = local.hour * 3600 + local.minute * 60 + local.second
        for rule in rules:
            window = rule[local.weekday()]
            if window is None:
                return False
            first, last = window.from_minute * 60, window.to_minute * 60
            parts = [(first, last)] if first <= last else [(0, last), (first, 86_400)]
            if not any(begin <= second < end for begin, end in parts):
                return False
    return True


@pytest.mark.covers("X-A-11", "X-N-04", "X-A-37", "S-A-52")
@settings(max_examples=300, deadline=None)
@given(
    at=instants,
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True).map(tuple),
    rules=st.lists(weeks, min_size=1, max_size=3).map(tuple),
)
@example(at=datetime(2026, 11, 1, 5, 45, tzinfo=UTC), zones=("America/New_York",), rules=(every_day(90, 105),))
def test_the_next_allowed_instant_is_allowed_and_none_before_it_is(at, zones, rules):
    until = at + timedelta(days=3)
    found = hours.next_allowed(at, zones, rules, until=until)
    assert hours.allowed(at, zones, rules) == oracle(at, zones, rules)
    if found is not None:
        assert at <= found < until
        assert oracle(found, zones, rules)
    between = at
    while between < (found or until):
        assert not oracle(between, zones, rules)
        between += timedelta(seconds=397)
    if found is not None and found > at:
        assert not oracle(found - timedelta(seconds=1), zones, rules)


def test_hours_that_never_meet_end_the_search():
    at = datetime(2026, 3, 1, tzinfo=UTC)
    far_apart = ("Pacific/Honolulu", "Asia/Tokyo", "Europe/London")
    assert hours.next_allowed(at, far_apart, (DEFAULT,), until=at + timedelta(days=60)) is None
    assert hours.next_allowed(at, ("Europe/London",), (every_day(600, 600),), until=at + timedelta(days=60)) is None


@pytest.mark.covers("X-N-04")
def test_a_do_not_disturb_over_midnight_leaves_the_day():
    awake = every_day(7 * 60, 22 * 60 + 30)
    night = datetime(2026, 3, 1, 23, tzinfo=UTC)
    found = hours.next_allowed(night, ("Europe/London",), (awake,), until=night + timedelta(days=2))
    assert found == datetime(2026, 3, 2, 7, tzinfo=UTC)


def test_somebody_who_works_at_night_is_written_to_at_night_only_where_the_law_allows_it():
    by_night = every_day(20 * 60, 6 * 60)
    noon = datetime(2026, 3, 1, 17, tzinfo=UTC)
    found = hours.next_allowed(noon, ("America/New_York",), (DEFAULT, by_night), until=noon + timedelta(days=2))
    assert found == datetime(2026, 3, 2, 1, tzinfo=UTC)
    late = datetime(2026, 3, 2, 2, tzinfo=UTC)
    found = hours.next_allowed(late, ("America/New_York",), (DEFAULT, by_night), until=late + timedelta(days=2))
    assert found == datetime(2026, 3, 3, 1, tzinfo=UTC)


@pytest.mark.covers("X-A-37")
def test_where_somebody_is_comes_from_their_word_then_their_number_then_the_strictest_guess():
    number = Whereabouts(number_zones=("America/New_York", "America/Chicago"), area_code=212)
    assert number.zones() == ("America/New_York", "America/Chicago")
    told = Whereabouts(zone="Asia/Kathmandu", number_zones=("America/New_York",), area_code=305)
    assert told.zones() == ("Asia/Kathmandu",)
    assert (Whereabouts().zones(), Whereabouts().rules()) == (UNKNOWN_ZONES, (STRICTEST,))
    afternoon = datetime(2026, 3, 2, 20, tzinfo=UTC)
    assert hours.allowed(afternoon, UNKNOWN_ZONES, (STRICTEST,))


@pytest.mark.covers("X-A-11")
@pytest.mark.parametrize(
    ("area_code", "day", "first", "last"),
    [
        (305, 0, "08:00", "20:00"),
        (918, 6, "08:00", "20:00"),
        (301, 5, "08:00", "20:00"),
        (201, 2, "08:00", "20:00"),
        (203, 3, "09:00", "20:00"),
        (512, 0, "09:00", "21:00"),
        (512, 6, "12:00", "21:00"),
        (401, 4, "09:00", "18:00"),
        (401, 5, "10:00", "17:00"),
    ],
)
def test_states_with_stricter_hours_keep_them(area_code, day, first, last):
    rule = hours.state_hours()[area_code][day]
    assert (f"{rule.from_minute // 60:02}:00", f"{rule.to_minute // 60:02}:00") == (first, last)
    whereabouts = Whereabouts(number_zones=("America/New_York",), area_code=area_code)
    assert whereabouts.rules() == (DEFAULT, hours.state_hours()[area_code])


def test_rhode_island_rests_on_sundays_and_other_states_have_the_default():
    assert hours.state_hours()[401][6] is None
    assert Whereabouts(number_zones=("America/New_York",), area_code=212).rules() == (DEFAULT,)
    saturday_evening = datetime(2026, 3, 7, 23, tzinfo=UTC)
    whereabouts = Whereabouts(number_zones=("America/New_York",), area_code=401)
    found = hours.next_allowed(
        saturday_evening, whereabouts.zones(), whereabouts.rules(), until=saturday_evening + timedelta(days=3)
    )
    assert found == datetime(2026, 3, 9, 13, tzinfo=UTC)
