"""Days of people: where a local day begins and ends (X-A-18, X-A-19). Pure.

Days tile time: each begins at the instant at which the one before ends, and dates follow each other without a gap. A
day ends by the habits in force for it, so that another zone or another start of the day takes effect with the next one.
That one may be short, even empty, or long: nobody misses a short day (``rules.SHORT``).
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from shared.kernel.zones import instant_at, local_time

MAX_DAY_START = 720
MAX_GRACE = 720
"""Minutes."""

ONE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Habits:
    """How somebody's days run.

    Attributes:
        zone: IANA name.
        day_start: minutes after midnight at which their day begins.
        grace: minutes that a day can still be logged after its end.
    """

    zone: str
    day_start: int = 0
    grace: int = 0


@dataclass(frozen=True, slots=True)
class Window:
    """One local day.

    Attributes:
        day: its date, ISO 8601.
        zone: the one it ends by.
        opened_at: its first instant.
        closes_at: the first instant of the next day.
        due_at: when its outcome is settled: its end and the grace.
    """

    day: str
    zone: str
    opened_at: datetime
    closes_at: datetime
    due_at: datetime


def shifted(day: str, days: int) -> str:
    """Return the date that many days later."""
    return (date.fromisoformat(day) + days * ONE).isoformat()


def ends_at(day: str, habits: Habits) -> datetime:
    """Return the instant at which a date ends in a zone: the start of the following day by its clocks."""
    hours, minutes = divmod(habits.day_start, 60)
    return instant_at(date.fromisoformat(day) + ONE, time(hours, minutes), habits.zone)


def day_at(instant: datetime, habits: Habits) -> str:
    """Return the date of the day that an instant belongs to."""
    day = (local_time(instant, habits.zone).replace(tzinfo=None) - timedelta(minutes=habits.day_start)).date()
    # Around a change of clocks the subtraction may be off by one.
    if instant >= ends_at(day.isoformat(), habits):
        day += ONE
    elif instant < ends_at((day - ONE).isoformat(), habits):
        day -= ONE
    return day.isoformat()


def opening(now: datetime, habits: Habits) -> Window:
    """Return the first day of something that begins now: what is left of today."""
    return _window(day_at(now, habits), now, habits)


def following(window: Window, habits: Habits) -> Window:
    """Return the day after another; where a journey east leaves nothing of it, it is empty."""
    return _window(shifted(window.day, 1), window.closes_at, habits)


def _window(day: str, opened_at: datetime, habits: Habits) -> Window:
    closes_at = max(opened_at, ends_at(day, habits))
    return Window(day, habits.zone, opened_at, closes_at, closes_at + timedelta(minutes=habits.grace))
