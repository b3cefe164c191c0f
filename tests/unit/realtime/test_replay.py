"""What a channel keeps, and what a returning client is given."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.realtime.replay import KEPT_FOR, KEPT_MESSAGES, missed_after, retained

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def _frame(sequence: int, seconds_ago: int = 0) -> str:
    time = (NOW - timedelta(seconds=seconds_ago)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"sequence": sequence, "time": time})


logs = st.lists(st.integers(0, 1200), max_size=80).map(
    lambda ages: [_frame(number + 1, age) for number, age in enumerate(sorted(ages, reverse=True))]
)


@given(logs)
def test_kept_are_the_last_fifty_of_ten_minutes(frames):
    kept = retained(frames, now=NOW)
    young = [one for one in frames if NOW - datetime.fromisoformat(json.loads(one)["time"]) <= KEPT_FOR]
    assert kept == young[-KEPT_MESSAGES:]


@given(logs, st.integers(0, 100) | st.none())
def test_a_client_has_everything_after_its_number_or_knows_of_the_gap(frames, after):
    sequence = len(frames)
    missed = missed_after(after, sequence, frames, now=NOW)
    assert missed.sequence == sequence
    if after is None or missed.gap:
        assert missed.frames == ()
    else:
        assert [json.loads(one)["sequence"] for one in missed.frames] == list(range(after + 1, sequence + 1))


def test_a_number_from_before_the_count_began_anew_is_a_gap():
    assert missed_after(7, 3, [_frame(1), _frame(2), _frame(3)], now=NOW).gap
    assert missed_after(7, 0, [], now=NOW).gap
    assert not missed_after(0, 0, [], now=NOW).gap


def test_a_message_ten_minutes_old_to_the_millisecond_is_still_kept():
    assert retained([_frame(1, 600)], now=NOW)
    assert not retained([_frame(1, 601)], now=NOW)
