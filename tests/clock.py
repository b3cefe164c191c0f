"""A clock that stands still until told."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from shared.kernel.clock import SystemClock

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


class FixedClock(SystemClock):
    """Tells the time it was given."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the time it stands at."""
        return self.at

    def advance(self, **step: float) -> datetime:
        """Go on by a ``timedelta`` given by its parts, and return the new time."""
        self.at += timedelta(**step)
        return self.at


class _Waits:
    """Stands for ``time`` where work waits before it tries again: a wait has passed at once."""

    def __init__(self) -> None:
        self._waited = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self._waited

    def sleep(self, seconds: float) -> None:
        self._waited += seconds


@contextmanager
def waits_left_out() -> Iterator[None]:
    """Try again without waiting, for as long as patience would have lasted: where nobody else is at work meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shared.kernel.storage.tries.time", _Waits())
        yield
