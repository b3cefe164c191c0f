"""Wall clocks: instants of local times in IANA zones, with daylight saving time.

A local time that a change of clocks skips means the first valid instant after it; one that comes twice means the first.
"""

from datetime import UTC, date, datetime, time
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field

from shared.kernel.clock import from_ms, to_ms


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def zone(name: str) -> ZoneInfo:
    """Return a zone by its IANA name.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in _known():
        raise ValueError("an IANA time zone is needed, e.g. Europe/Berlin")
    return ZoneInfo(name)


def instant_at(day: date, wall: time, zone_name: str) -> datetime:
    """Return the instant at which the clocks of a zone show a time on a day.

    Raises:
        ValueError: there is no such zone, or the instant is outside the years 1 to 9999.
    """
    place = zone(zone_name)
    local = datetime.combine(day, wall, tzinfo=place)
    try:
        first = local.astimezone(UTC)
        if first.astimezone(place).replace(tzinfo=None) == local.replace(tzinfo=None):
            return first
        return _end_of_gap(local.replace(fold=1).astimezone(UTC), first, place)
    except OverflowError:
        raise ValueError("a day in the years 1 to 9999 is needed") from None


def _end_of_gap(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """Return the instant between two at which a zone's offset changes."""
    old, low, high = before.astimezone(place).utcoffset(), to_ms(before), to_ms(after)
    while high - low > 1:
        middle = (low + high) // 2
        if from_ms(middle).astimezone(place).utcoffset() == old:
            low = middle
        else:
            high = middle
    return from_ms(high)


def local_time(instant: datetime, zone_name: str) -> datetime:
    """Return what the clocks of a zone show at an instant.

    Raises:
        ValueError: there is no such zone.
    """
    return instant.astimezone(zone(zone_name))


_NO_PLACES = frozenset({"Factory", "localtime", "posixrules"})
"""What the database holds besides zones: whatever a machine is set to, and nothing at all."""


def _checked(name: str) -> str:
    zone("" if name in _NO_PLACES else name)
    return name


ZoneName = Annotated[str, Field(min_length=1, max_length=64, examples=["America/New_York"]), AfterValidator(_checked)]
"""An IANA time zone on the wire."""
