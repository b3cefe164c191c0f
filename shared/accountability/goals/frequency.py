"""How often a goal asks for a log (S-A-04, X-A-20). Pure.

Every kind is a number of days within a period: one in each day; on given weekdays; ``n`` in a week from Monday to
Sunday; one in every ``n`` days from the day on which the frequency took effect. A day without a log is missed only when
the days that are left of its period no longer suffice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.accountability.events import Outcome
from shared.accountability.goals.calendar import shifted

Kind = Literal["DAILY", "WEEKDAYS", "PER_WEEK", "EVERY_N_DAYS"]

WEEK = 7
MAX_EVERY = 30


class Frequency(BaseModel):
    """A frequency and the first day it holds for; ``n`` is the number of days of its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind = "DAILY"
    n: int = 1
    weekdays: Annotated[tuple[int, ...], Field(description="ISO: Monday is 1.")] = ()
    since: str

    @property
    def length(self) -> int:
        """Days of a period."""
        return {"PER_WEEK": WEEK, "EVERY_N_DAYS": self.n}.get(self.kind, 1)

    def counts_days(self, missed: int) -> bool:
        """Tell whether so many days may be said to be missed.

        Only a daily goal owes days that follow each other. Of one for given weekdays a single day can be named; of any
        other no single day is owed, only enough of them.
        """
        return self.kind == "DAILY" or (self.kind == "WEEKDAYS" and missed == 1)

    @property
    def times(self) -> int:
        """Days with a log that a whole period asks for."""
        return self.n if self.kind == "PER_WEEK" else 1


@dataclass(frozen=True, slots=True)
class Past:
    """What became of a day that is over: its outcome, and whether its log says that it was done."""

    outcome: Outcome
    done: bool = False


def period(frequency: Frequency, day: str) -> tuple[str, str]:
    """Return the first and the last day of the period that a day is in."""
    when = date.fromisoformat(day)
    if frequency.kind == "PER_WEEK":
        first = when - timedelta(days=when.isoweekday() - 1)
    else:
        first = when - timedelta(days=(when - date.fromisoformat(frequency.since)).days % frequency.length)
    return first.isoformat(), (first + timedelta(days=frequency.length - 1)).isoformat()


def asks_on(frequency: Frequency, day: str) -> bool:
    """Tell whether a log on a day counts for the frequency at all."""
    return frequency.kind != "WEEKDAYS" or date.fromisoformat(day).isoweekday() in frequency.weekdays


def falls_short(frequency: Frequency, day: str, past: Mapping[str, Past], is_off: Callable[[str], bool]) -> bool:
    """Tell whether a day without a log is missed.

    Where days of the period do not count (before the goal, paused, excused, at rest), it asks for its share only,
    rounded half up.

    Args:
        frequency: in force.
        day: a day that asks for a log and has none.
        past: earlier days, at least those of its period.
        is_off: tells of a date whether the user planned to rest or pause.
    """
    first, last = period(frequency, day)
    earlier = {when: was for when, was in past.items() if first <= when < day}
    done = sum(was.done for was in earlier.values())
    counted = sum(
        was.outcome == "LOGGED" or (was.outcome in {"MISSED", "REST"} and not is_off(when))
        for when, was in earlier.items()
    )
    days_left = (date.fromisoformat(last) - date.fromisoformat(day)).days
    left = sum(not is_off(shifted(day, ahead)) for ahead in range(1, days_left + 1))
    available = counted + 1 + left
    wanted = (2 * frequency.times * available + frequency.length) // (2 * frequency.length)
    return done + left < wanted
