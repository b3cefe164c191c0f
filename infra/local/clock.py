"""The local stack's time: the machine's, moved forward by as much as a file says.

Functions are given it by ``infra.local.entry``, simulators and tests ask it themselves. What the machine decides stays
on the machine's time: signatures of AWS requests, caches of the gateway, delays of queues, the LiveKit SDK.
"""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.kernel.clock import SystemClock

VARIABLE = "WELLSPRING_CLOCK_FILE"
"""Names the file, which holds the milliseconds that the clock is ahead; no file means none."""

_STEP = re.compile(r"\+(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?", re.ASCII)
_PARTS = ("days", "hours", "minutes", "seconds")


class LocalClock(SystemClock):
    """Tells the machine's time plus what its file says at that moment."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def now(self) -> datetime:
        """Return the present instant of the local stack."""
        return super().now() + self.ahead()

    def ahead(self) -> timedelta:
        """Return how far the clock has been moved."""
        if self._file is None or not self._file.exists():
            return timedelta()
        return timedelta(milliseconds=int(self._file.read_text()))

    def move_to(self, instant: datetime) -> datetime:
        """Go on to an instant and return it. Every process of the stack follows at its next question.

        Raises:
            ValueError: it is past (stored deadlines and tokens know no way back), or has no zone, or there is no file.
        """
        if self._file is None:
            raise ValueError(f"{VARIABLE} names no file: this clock cannot be moved")
        if instant.tzinfo is None:
            raise ValueError("an instant needs a zone")
        if instant < self.now():
            raise ValueError(
                f"{instant.isoformat()} is past: it is {self.now().isoformat()}, and time goes forward only"
            )
        ahead = instant - super().now()
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(ahead // timedelta(milliseconds=1)))
        fresh.replace(self._file)
        return instant

    def move(self, **step: float) -> datetime:
        """Go on by a ``timedelta`` given by its parts, e.g. ``move(days=9)``, and return the new instant."""
        return self.move_to(self.now() + timedelta(**step))


def local_clock() -> LocalClock:
    """Return the clock that the environment names; without one it is the machine's."""
    named = os.environ.get(VARIABLE)
    return LocalClock(Path(named) if named else None)


def now() -> datetime:
    """Return the present instant of the local stack."""
    return local_clock().now()


def seconds() -> int:
    """Return the present instant in whole seconds since the epoch, as providers write it."""
    return int(now().timestamp())


def read_target(text: str, present: datetime) -> datetime:
    """Return the instant that a person means: ``+2d``, ``+1d12h``, ``+90m`` or ``2026-03-01T08:00:00Z``.

    Raises:
        ValueError: it is neither; or an instant without a zone.
    """
    if (step := _STEP.fullmatch(text)) and any(step.groups()):
        return present + timedelta(**{name: int(part or 0) for name, part in zip(_PARTS, step.groups(), strict=True)})
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no zone: write {text}Z")
    return instant.astimezone(UTC)
