"""Hours: when somebody may be written to or called. Pure, but for the table of states' hours, which is read once.

Every rule is a week of windows of the local day. A send is allowed when every rule allows it in every zone that the
person may be in: a zone they told, else all zones of their number, else the zones of the whole home market together
with its strictest hours, which leaves the afternoon (X-A-37).
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from shared.kernel.zones import local_time

HORIZON = timedelta(days=8)
"""How far ahead an allowed minute is looked for: every weekday comes in it."""

DAY = 24 * 60

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TABLE = Path(__file__).with_name("state_hours.toml")


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes of the local day, from one up to but not including another; over midnight where the first is later."""

    from_minute: int
    to_minute: int

    def holds(self, minute: int) -> bool:
        """Return whether a minute is in it; a window that ends where it begins is empty."""
        if self.from_minute <= self.to_minute:
            return self.from_minute <= minute < self.to_minute
        return minute >= self.from_minute or minute < self.to_minute


Week = tuple[Window | None, ...]
"""A window for each weekday, Monday first; ``None`` for a day without any."""


def every_day(from_minute: int, to_minute: int) -> Week:
    """Return the rule that is the same each day."""
    return (Window(from_minute, to_minute),) * 7


DEFAULT = every_day(8 * 60, 21 * 60)
STRICTEST = every_day(9 * 60, 20 * 60)
UNKNOWN_ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Pacific/Honolulu")
"""Where somebody of whom neither zone nor number is known may be."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What is known of where somebody is: their own word, their number's zones, their number's US area code."""

    zone: str | None = None
    number_zones: tuple[str, ...] = ()
    area_code: int | None = None

    def zones(self) -> tuple[str, ...]:
        """Return every zone they may be in."""
        return (self.zone,) if self.zone else self.number_zones or UNKNOWN_ZONES

    def rules(self) -> tuple[Week, ...]:
        """Return the rules that hold there."""
        if not self.zone and not self.number_zones:
            return (STRICTEST,)
        stricter = state_hours().get(self.area_code) if self.area_code else None
        return (DEFAULT, stricter) if stricter else (DEFAULT,)


def allowed(at: datetime, zones: Sequence[str], rules: Sequence[Week]) -> bool:
    """Return whether every rule allows an instant in every zone."""
    return all(_allows(rules, local_time(at, zone)) for zone in zones)


def _allows(rules: Sequence[Week], local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    return all((window := week[local.weekday()]) is not None and window.holds(minute) for week in rules)


def next_allowed(at: datetime, zones: Sequence[str], rules: Sequence[Week], *, until: datetime) -> datetime | None:
    """Return the first allowed instant from one on and before another, ``None`` where there is none.

    Looks at each minute in turn, so that every change of clocks is as it is: 1 ms for a night, 15 ms for eight days.
    """
    if allowed(at, zones, rules):
        return at
    last = min(until, at + HORIZON)
    minute = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while minute < last:
        if allowed(minute, zones, rules):
            return minute
        minute += timedelta(minutes=1)
    return None


def last_allowed(at: datetime, zones: Sequence[str], rules: Sequence[Week], *, until: datetime) -> datetime:
    """Return until when every rule goes on to allow it from an allowed instant on, at most until another."""
    minute = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while minute < until and allowed(minute, zones, rules):
        minute += timedelta(minutes=1)
    return min(minute, until)


@cache
def state_hours() -> dict[int, Week]:
    """Return the stricter rules by US area code (X-A-11)."""
    table = tomllib.loads(_TABLE.read_text())
    return {code: _week(state) for state in table.values() for code in state["area_codes"]}


def _week(state: dict[str, object]) -> Week:
    days = state.get("days", {})
    return tuple(_window(str(days.get(day, state["hours"]))) for day in _WEEKDAYS)  # type: ignore[attr-defined]


def _window(text: str) -> Window | None:
    if text == "closed":
        return None
    first, last = (int(hour) * 60 + int(minute) for hour, minute in (part.split(":") for part in text.split("-")))
    return Window(first, last)
