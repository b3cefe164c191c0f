"""What a channel keeps, and what a returning client is given."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.realtime.replay import KEPT_FOR, KEPT_MESSAGES, missed_after, outdated

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def _frame(seconds_ago: int = 0) -> str:
    time = (NOW - timedelta(seconds=seconds_ago)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"sequence": None, "time": time})


logs = st.lists(st.integers(0, 1200), max_size=80).map(lambda ages: [_frame(age) for age in sorted(ages, reverse=True)])


@given(logs)
def test_kept_are_the_last_fifty_of_ten_minutes(frames):
    kept = frames[outdated(frames, now=NOW) :]
    young = [one for one in frames if NOW - datetime.fromisoformat(json.loads(one)["time"]) <= KEPT_FOR]
    assert kept == young[-KEPT_MESSAGES:]


@given(logs, st.integers(1, 1000), st.integers(0, 1100) | st.none())
def test_a_client_has_everything_after_its_number_or_knows_of_the_gap(frames, first, after):
    missed = missed_after(after, first, frames, now=NOW)
    assert missed.sequence == first + len(frames) - 1
    if after is None or missed.gap:
        assert missed.frames == ()
    else:
        numbers = [json.loads(one)["sequence"] for one in missed.frames]
        assert numbers == list(range(after + 1, missed.sequence + 1))


@given(logs, st.integers(1, 1000))
def test_whoever_knows_the_last_number_has_missed_nothing(frames, first):
    missed = missed_after(first + len(frames) - 1, first, frames, now=NOW)
    assert (missed.frames, missed.gap) == ((), False)


def test_a_number_from_before_the_count_began_anew_is_a_gap():
    assert missed_after(7, 1, [_frame(), _frame(), _frame()], now=NOW).gap
    assert missed_after(7, 1, [], now=NOW).gap
    assert not missed_after(0, 1, [], now=NOW).gap


def test_a_message_ten_minutes_old_to_the_millisecond_is_still_kept():
    assert outdated([_frame(600)], now=NOW) == 0
    assert outdated([_frame(601)], now=NOW) == 1
