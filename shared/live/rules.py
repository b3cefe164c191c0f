"""The rules of streams: their life, their price and where they stand in lists. Facts in, decision out."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from shared.kernel.clock import to_ms
from shared.kernel.money import PER_CREDIT, Credits, credits_of


class StreamStatus(StrEnum):
    """Where a stream stands (S-L-01, S-L-02)."""

    SCHEDULED = "SCHEDULED"
    LIVE = "LIVE"
    PAUSED = "PAUSED"
    ENDED = "ENDED"
    REMOVED = "REMOVED"


MOVES: Final[Mapping[StreamStatus, frozenset[StreamStatus]]] = {
    StreamStatus.SCHEDULED: frozenset({StreamStatus.LIVE, StreamStatus.ENDED, StreamStatus.REMOVED}),
    StreamStatus.LIVE: frozenset({StreamStatus.PAUSED, StreamStatus.ENDED, StreamStatus.REMOVED}),
    StreamStatus.PAUSED: frozenset({StreamStatus.LIVE, StreamStatus.ENDED, StreamStatus.REMOVED}),
    StreamStatus.ENDED: frozenset({StreamStatus.REMOVED}),
    StreamStatus.REMOVED: frozenset(),
}
"""What may follow what: an ended stream never goes on, a removed one never comes back."""

OVER: Final = frozenset({StreamStatus.ENDED, StreamStatus.REMOVED})
"""Nothing is broadcast any more and nothing of the stream may be changed."""

ON_AIR: Final = frozenset({StreamStatus.LIVE, StreamStatus.PAUSED})
"""Listed among the live streams; only ``LIVE`` can be joined."""


def may_become(present: StreamStatus, wanted: StreamStatus) -> bool:
    """Tell whether a stream may go from one status to another."""
    return wanted in MOVES[present]


def category_id(name: str) -> str:
    """Return the id of a category: ``Talk Shows`` → ``talk-shows``; an id stays itself."""
    return "-".join(name.casefold().split())


DEFAULT_RATE: Final = credits_of(6)
"""Per minute, where the category has no rate of its own: one credit per ten seconds (S-W-28)."""

NO_PREMIUM: Final = 1000
MAX_PREMIUM: Final = 10 * NO_PREMIUM
"""Multipliers of premium streams in thousandths: 1 to 10 times (S-W-30)."""


def rate_per_minute(category_rate: Credits | None, premium_multiplier_permille: int = NO_PREMIUM) -> Credits:
    """Return what a minute of a stream costs in milli-credits.

    It is fixed on the stream (``Stream.rate_per_minute``) when its category or premium is set, so that what is
    shown in advance is what a viewer pays. Fractions of a milli-credit fall to the viewer.

    Args:
        category_rate: the category's own rate per minute, ``None`` for the default (S-W-29).
        premium_multiplier_permille: the stream's multiplier in thousandths (S-W-30).
    """
    base = DEFAULT_RATE if category_rate is None else category_rate
    return Credits(base * premium_multiplier_permille // PER_CREDIT)


def listing(
    status: StreamStatus, *, started_at: datetime | None, ended_at: datetime | None, stream_id: str
) -> str | None:
    """Return the sort key of a stream in lists, ``None`` where it is not listed.

    Read backwards, live streams come first, each group with the latest first. Streams that were never on air and
    removed ones are not listed.
    """
    if started_at is None or status is StreamStatus.REMOVED:
        return None
    if status in ON_AIR:
        return f"LIVE#{to_ms(started_at):014d}#{stream_id}"
    return f"ENDED#{to_ms(ended_at or started_at):014d}#{stream_id}"
