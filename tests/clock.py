"""A clock that stands still until told."""

from datetime import UTC, datetime, timedelta

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
