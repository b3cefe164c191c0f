"""Days that are missed, planned, travelled through and rested, and who hears of them."""

from tests.stack.village import Life

LIVES: dict[str, Life] = {}
