"""Trying again while others are faster: waits with full jitter, and an end before the function's own."""

import random
import time
from collections.abc import Iterator
from itertools import count

PATIENCE = 4.0
"""Seconds in which another try may begin. A try takes about a second at worst; a function has 10 or more."""

_BASE_SECONDS = 0.02
_CAP_SECONDS = 0.4


def pause(number: int) -> None:
    """Wait before the ``number``-th repetition, somewhere between nothing and a bound that doubles each time."""
    time.sleep(random.uniform(0, min(_CAP_SECONDS, _BASE_SECONDS * 2 ** min(number, 5))))  # noqa: S311 - jitter


def tries(*, within: float = PATIENCE) -> Iterator[None]:
    """Yield once for each try that may begin: the first at once, others after a pause, none after ``within``.

    For loops that read, decide and write on condition: without the pause many of them keep each other from ever
    succeeding, and without the end the function is cut off in the middle and its caller told nothing.
    """
    began = time.monotonic()
    for number in count():
        if number:
            pause(number)
            if time.monotonic() - began > within:
                return
        yield
