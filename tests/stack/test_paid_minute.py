"""The main job, end to end, as its users do it."""

import pytest

from infra.local.journeys.paid_minute import PaidMinute
from tests.stack.conftest import Stack


@pytest.mark.covers(
    "S-W-25", "S-W-37", "S-W-42", "S-W-45", "S-P-01", "S-P-03", "S-P-04", "S-L-13", "S-L-19", "X-L-04", "X-P-20"
)
def test_a_viewer_pays_for_what_she_watches_and_nothing_else(stack: Stack) -> None:
    steps: list[str] = []
    PaidMinute(stack, steps.append).play()
    assert steps[-1].startswith("Carla ends the stream")
