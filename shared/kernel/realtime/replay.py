"""Which messages a channel keeps and what a returning client has missed: pure decisions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

KEPT_MESSAGES = 50
KEPT_FOR = timedelta(minutes=10)
"""How many messages a channel keeps, and how long."""


@dataclass(frozen=True, slots=True)
class Missed:
    """What was published after a number.

    Attributes:
        sequence: the channel's last number, 0 where nothing was ever published.
        frames: the messages after the client's number, oldest first.
        gap: some of them are no longer kept: the client reads the present state anew.
    """

    sequence: int
    frames: tuple[str, ...]
    gap: bool


def retained(frames: Sequence[str], *, now: datetime) -> list[str]:
    """Return the messages that are still kept: the last 50, none older than 10 minutes."""
    horizon = (now - KEPT_FOR).astimezone(UTC)
    kept = list(frames[-KEPT_MESSAGES:])
    while kept and datetime.fromisoformat(json.loads(kept[0])["time"]) < horizon:
        kept.pop(0)
    return kept


def missed_after(after: int | None, sequence: int, frames: Sequence[str], *, now: datetime) -> Missed:
    """Return what a client that knows everything up to ``after`` has missed; ``None`` asks for nothing.

    A number beyond the last one is from before the channel fell silent for so long that its count began anew.
    """
    kept = retained(frames, now=now)
    if after is None or after == sequence:
        return Missed(sequence, (), gap=False)
    missing = sequence - after
    if not 0 < missing <= len(kept):
        return Missed(sequence, (), gap=True)
    return Missed(sequence, tuple(kept[-missing:]), gap=False)
