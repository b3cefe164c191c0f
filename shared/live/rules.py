"""The rules of streams: their life, their price and where they stand in lists. Facts in, decision out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
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

LOOK: Final = timedelta(seconds=15)
"""How often the room of a stream that waits for its picture is looked at, whatever LiveKit's events say."""


def may_become(present: StreamStatus, wanted: StreamStatus) -> bool:
    """Tell whether a stream may go from one status to another."""
    return wanted in MOVES[present]


def by_picture(present: StreamStatus, *, ready: bool, moving: bool) -> StreamStatus | None:
    """Return the status that a stream's picture brings it to, ``None`` where it stays (X-L-02, X-L-06).

    Args:
        present: where it stands.
        ready: its creator wants to be on air: a picture alone may be a rehearsal (S-L-31).
        moving: a track of the creator's is published.
    """
    if present is StreamStatus.LIVE:
        return None if moving else StreamStatus.PAUSED
    waits = present in {StreamStatus.SCHEDULED, StreamStatus.PAUSED}
    return StreamStatus.LIVE if waits and ready and moving else None


def category_id(name: str) -> str:
    """Return the id of a category: ``Talk Shows`` → ``talk-shows``; an id stays itself."""
    return "-".join(name.casefold().split())


DEFAULT_RATE: Final = credits_of(6)
"""Per minute, where the category has no rate of its own: one credit per ten seconds (S-W-28)."""

MAX_RATE: Final = credits_of(10_000)
"""Of a category, per minute."""

NO_PREMIUM: Final = 1000
MAX_PREMIUM: Final = 10 * NO_PREMIUM
"""Multipliers of premium streams in thousandths: 1 to 10 times (S-W-30)."""


WHOLE: Final = 1000

_SHARE = re.compile(r"(?P<version>[1-9][0-9]*)=(?P<permille>[0-9]{1,4})@(?P<at>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z)")


def rate_per_minute(category_rate: Credits | None, premium_multiplier_permille: int = NO_PREMIUM) -> Credits:
    """Return what a minute of a stream costs in milli-credits.

    Fractions of a milli-credit fall to the viewer.

    Args:
        category_rate: the category's own rate per minute, ``None`` for the default (S-W-29).
        premium_multiplier_permille: the stream's multiplier in thousandths (S-W-30).
    """
    base = DEFAULT_RATE if category_rate is None else category_rate
    return Credits(base * premium_multiplier_permille // PER_CREDIT)


@dataclass(frozen=True, slots=True)
class RateStep:
    """A rate per minute, in milli-credits, from an instant on."""

    effective_from: datetime
    rate_per_minute: Credits


def rate_at(fixed: Credits, premium_multiplier_permille: int, schedule: Sequence[RateStep], now: datetime) -> Credits:
    """Return what a minute of a stream costs whoever begins to watch now (X-W-29).

    Args:
        fixed: what it was set to with its category and premium, which the schedule's steps until then are in.
        premium_multiplier_permille: the stream's multiplier in thousandths.
        schedule: the rates of its category, oldest first.
        now: when.
    """
    begun = [step.rate_per_minute for step in schedule if step.effective_from <= now]
    return rate_per_minute(begun[-1], premium_multiplier_permille) if begun else fixed


def next_rate(schedule: Sequence[RateStep], now: datetime, premium_multiplier_permille: int) -> RateStep | None:
    """Return the next rate that is announced, with the stream's premium, ``None`` where there is none."""
    step = next((step for step in schedule if step.effective_from > now), None)
    return step and RateStep(step.effective_from, rate_per_minute(step.rate_per_minute, premium_multiplier_permille))


LIVE_PREFIX: Final = "LIVE#"
PAUSED_PREFIX: Final = "INTERRUPTED#"
ENDED_PREFIX: Final = "ENDED#"
"""What ``listing`` begins with."""


@dataclass(frozen=True, slots=True)
class Share:
    """What a creator earns of what is spent on their streams, in thousandths, and which agreement says so (X-W-30)."""

    version: int
    permille: int


def share_at(agreed: str, instant: datetime) -> Share:
    """Return the share of whoever begins to watch at an instant.

    Args:
        agreed: every version there was, the oldest first: ``<version>=<permille>@<instant it takes effect>``, separated
            by spaces. The first holds for all time before it, too.
        instant: when they begin.

    Raises:
        ValueError: it is not such a list, in order.
    """
    steps = [_share_step(text) for text in agreed.split()]
    if not steps or any(
        at <= earlier or after.version <= before.version for (earlier, before), (at, after) in pairwise(steps)
    ):
        raise ValueError(f"versions of shares follow each other: {agreed!r}")
    begun = [share for at, share in steps if at <= instant]
    return begun[-1] if begun else steps[0][1]


def _share_step(text: str) -> tuple[datetime, Share]:
    found = _SHARE.fullmatch(text)
    if found is None or int(found["permille"]) > WHOLE:
        raise ValueError(f"a share is written 1=700@2026-01-01T00:00:00Z, not {text!r}")
    return datetime.fromisoformat(found["at"]), Share(int(found["version"]), int(found["permille"]))


def listing(
    status: StreamStatus, *, started_at: datetime | None, ended_at: datetime | None, stream_id: str
) -> str | None:
    """Return the sort key of a stream in lists, ``None`` where it is not listed.

    Read backwards, live streams come first, then those that are paused, each group with the latest first. Streams that
    were never on air and removed ones are not listed.
    """
    if started_at is None or status is StreamStatus.REMOVED:
        return None
    if status not in OVER:
        prefix = LIVE_PREFIX if status is StreamStatus.LIVE else PAUSED_PREFIX
        return f"{prefix}{to_ms(started_at):014d}#{stream_id}"
    return f"{ENDED_PREFIX}{to_ms(ended_at or started_at):014d}#{stream_id}"


def popularity(viewers: int, *, started_at: datetime, stream_id: str) -> str:
    """Return the sort key of a stream among those on air: read backwards, the most watched first, then the latest."""
    return f"{viewers:010d}#{to_ms(started_at):014d}#{stream_id}"
