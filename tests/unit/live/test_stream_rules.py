"""The rules of streams: life cycle, price and place in lists."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.live import rules
from shared.live.rules import StreamStatus
from tests.clock import START

ALLOWED = {
    (StreamStatus.SCHEDULED, StreamStatus.LIVE),
    (StreamStatus.SCHEDULED, StreamStatus.ENDED),
    (StreamStatus.SCHEDULED, StreamStatus.REMOVED),
    (StreamStatus.LIVE, StreamStatus.PAUSED),
    (StreamStatus.LIVE, StreamStatus.ENDED),
    (StreamStatus.LIVE, StreamStatus.REMOVED),
    (StreamStatus.PAUSED, StreamStatus.LIVE),
    (StreamStatus.PAUSED, StreamStatus.ENDED),
    (StreamStatus.PAUSED, StreamStatus.REMOVED),
    (StreamStatus.ENDED, StreamStatus.REMOVED),
}
STREAMS = st.tuples(
    st.sampled_from([StreamStatus.LIVE, StreamStatus.PAUSED, StreamStatus.ENDED]),
    st.integers(0, 10**9).map(lambda seconds: START + timedelta(seconds=seconds)),
)


@pytest.mark.covers_partly(
    "D-06", missing="there is no audit log that can be read: what administrators do is told as events only"
)
@pytest.mark.covers_partly("S-L-02", missing="nobody can take a stream down yet")
@pytest.mark.covers_partly("S-L-01", missing="a stream has no playback address; what to play is told with the token")
@pytest.mark.parametrize("present", StreamStatus)
@pytest.mark.parametrize("wanted", StreamStatus)
def test_only_the_moves_of_the_life_cycle_are_possible(present, wanted):
    assert rules.may_become(present, wanted) is ((present, wanted) in ALLOWED)


@pytest.mark.covers("S-W-28")
def test_a_minute_costs_six_credits_unless_said_otherwise():
    assert rules.rate_per_minute(None) == 6_000


@pytest.mark.covers("S-W-29", "S-W-30")
@pytest.mark.parametrize(
    ("category_rate", "premium", "expected"),
    [(None, 1_500, 9_000), (4_000, 1_000, 4_000), (4_000, 2_500, 10_000), (0, 10_000, 0), (1, 1_999, 1)],
)
def test_category_and_premium_make_the_price(category_rate, premium, expected):
    assert rules.rate_per_minute(category_rate, premium) == expected


@given(rate=st.integers(0, 10**6), premium=st.integers(rules.NO_PREMIUM, rules.MAX_PREMIUM))
def test_a_premium_never_makes_a_minute_cheaper_and_costs_at_most_its_multiple(rate, premium):
    price = rules.rate_per_minute(rate, premium)
    assert rate <= price <= rate * premium / 1000 < price + 1


@given(name=st.text(min_size=1))
def test_the_id_of_a_category_id_is_itself(name):
    once = rules.category_id(name)
    assert rules.category_id(once) == once


@pytest.mark.parametrize("name", ["Talk Shows", "talk shows", " TALK   SHOWS ", "talk-shows"])
def test_a_category_is_found_by_its_name_or_id(name):
    assert rules.category_id(name) == "talk-shows"


GROUPS = {StreamStatus.LIVE: 0, StreamStatus.PAUSED: 1, StreamStatus.ENDED: 2}


@pytest.mark.covers("X-L-02", "X-L-06")
@pytest.mark.parametrize(
    ("status", "ready", "moving", "wanted"),
    [
        ("SCHEDULED", False, True, None),
        ("SCHEDULED", True, False, None),
        ("SCHEDULED", True, True, "LIVE"),
        ("LIVE", True, True, None),
        ("LIVE", True, False, "PAUSED"),
        ("PAUSED", True, True, "LIVE"),
        ("PAUSED", False, True, None),
        ("PAUSED", True, False, None),
        ("ENDED", True, True, None),
        ("ENDED", True, False, None),
        ("REMOVED", True, True, None),
    ],
)
def test_the_picture_and_the_creators_wish_decide_together(status, ready, moving, wanted):
    assert rules.by_picture(StreamStatus(status), ready=ready, moving=moving) == wanted


def _key(status, at):
    return rules.listing(status, started_at=at, ended_at=at, stream_id="str_1")


@given(st.lists(STREAMS, min_size=2))
def test_read_backwards_live_streams_come_first_and_the_latest_first(streams):
    backwards = sorted(streams, key=lambda one: _key(*one), reverse=True)
    for before, after in pairwise(backwards):
        first, second = (GROUPS[status] for status, _ in (before, after))
        assert first <= second
        if first == second:
            assert before[1] >= after[1]


@pytest.mark.parametrize(
    ("status", "started_at"),
    [(StreamStatus.SCHEDULED, None), (StreamStatus.ENDED, None), (StreamStatus.REMOVED, START)],
)
def test_what_was_never_on_air_or_was_removed_is_not_listed(status, started_at):
    assert rules.listing(status, started_at=started_at, ended_at=START, stream_id="str_1") is None


AGREED = "1=700@2026-01-01T00:00:00Z 2=650@2026-06-01T00:00:00Z 4=0@2027-01-01T12:00:00Z"


@pytest.mark.covers("X-W-30")
@pytest.mark.parametrize(
    ("instant", "version", "permille"),
    [
        ("2025-12-31T23:59:59Z", 1, 700),
        ("2026-01-01T00:00:00Z", 1, 700),
        ("2026-05-31T23:59:59.999Z", 1, 700),
        ("2026-06-01T00:00:00Z", 2, 650),
        ("2027-01-01T11:59:59Z", 2, 650),
        ("2030-01-01T00:00:00Z", 4, 0),
    ],
)
def test_a_share_holds_from_its_instant_to_the_next(instant, version, permille):
    assert rules.share_at(AGREED, datetime.fromisoformat(instant)) == rules.Share(version, permille)


@pytest.mark.parametrize(
    "agreed",
    [
        "",
        "700",
        "1=1001@2026-01-01T00:00:00Z",
        "1=-1@2026-01-01T00:00:00Z",
        "1=700@2026-01-01",
        "1=700@2026-01-01T00:00:00Z 1=600@2026-02-01T00:00:00Z",
        "2=700@2026-01-01T00:00:00Z 1=600@2026-02-01T00:00:00Z",
        "1=700@2026-02-01T00:00:00Z 2=600@2026-02-01T00:00:00Z",
    ],
)
def test_shares_are_versions_in_order(agreed):
    with pytest.raises(ValueError, match="share"):
        rules.share_at(agreed, START)
