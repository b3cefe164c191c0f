"""Eight missed days, end to end, as users and partners live them, on a clock that is moved."""

import pytest

from infra.local.journeys.missed_days import MissedDays
from tests.stack.conftest import Stack


@pytest.mark.covers(
    "S-A-18",
    "S-A-19",
    "S-A-20",
    "S-A-22",
    "S-A-23",
    "S-A-30",
    "S-A-32",
    "S-A-42",
    "S-A-52",
    "X-A-02",
    "X-A-11",
    "X-A-15",
)
def test_the_right_people_hear_the_right_words_once_in_their_hours(stack: Stack) -> None:
    steps: list[str] = []
    MissedDays(stack, steps.append).play()
    assert steps[-1].startswith("Carl never answered")
