"""The one source of time. All instants are aware UTC datetimes with millisecond precision."""

import time
from datetime import UTC, datetime, timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler.depends import Depends

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SystemClock:
    """Tells the time of the machine."""

    def now(self) -> datetime:
        """Return the present instant, cut to milliseconds."""
        return from_ms(time.time_ns() // 1_000_000)


def to_ms(instant: datetime) -> int:
    """Return milliseconds since the epoch.

    Raises:
        ValueError: the instant has no zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return (instant - EPOCH) // timedelta(milliseconds=1)


def from_ms(milliseconds: int) -> datetime:
    """Return the instant that many milliseconds after the epoch."""
    return EPOCH + timedelta(milliseconds=milliseconds)


_clock = SystemClock()


def system_clock() -> SystemClock:
    """Return the clock that handlers are given."""
    return _clock


Clock = Annotated[SystemClock, Depends(system_clock)]
"""A handler parameter of this type receives the clock."""
