"""Which messages a channel keeps and what a returning client has missed: pure decisions.

Messages are kept without their number, which is their place in the log.
"""

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


def numbered(frame: str, sequence: int) -> str:
    """Return a kept message with its number."""
    return json.dumps(json.loads(frame) | {"sequence": sequence}, separators=(",", ":"), ensure_ascii=False)


def outdated(frames: Sequence[str], *, now: datetime) -> int:
    """Return how many of the oldest messages are no longer kept: all but the last 50, and those over 10 minutes old."""
    horizon = (now - KEPT_FOR).astimezone(UTC)
    count = max(0, len(frames) - KEPT_MESSAGES)
    while count < len(frames) and datetime.fromisoformat(json.loads(frames[count])["time"]) < horizon:
        count += 1
    return count


def missed_after(after: int | None, first: int, frames: Sequence[str], *, now: datetime) -> Missed:
    """Return what a client that knows everything up to ``after`` has missed; ``None`` asks for nothing.

    A number beyond the last one is from before the channel fell silent for so long that its count began anew.

    Args:
        after: the client's number.
        first: the number of the oldest of ``frames``.
        frames: the channel's log.
        now: the present instant.
    """
    sequence = first + len(frames) - 1
    if after is None or after == sequence:
        return Missed(sequence, (), gap=False)
    oldest = first + outdated(frames, now=now)
    if not oldest - 1 <= after < sequence:
        return Missed(sequence, (), gap=True)
    missing = range(after + 1, sequence + 1)
    return Missed(sequence, tuple(numbered(frames[number - first], number) for number in missing), gap=False)
