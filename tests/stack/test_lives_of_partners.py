"""Weeks of people who are asked for support, as those live them: what they write, what they get, word for word."""

import pytest

from tests.stack.conftest import Stack
from tests.stack.lives import answers, days, leaving
from tests.stack.village import Village

LIVES = answers.LIVES | leaving.LIVES | days.LIVES


@pytest.fixture(scope="module")
def lived(stack: Stack) -> Village:
    """Provide the village after all lives in it."""
    village = Village(stack)
    village.play(LIVES)
    return village


@pytest.mark.parametrize("name", LIVES)
def test_a_life(lived: Village, name: str) -> None:
    if name in lived.failed:
        raise lived.failed[name]
