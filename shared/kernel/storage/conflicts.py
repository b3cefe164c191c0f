"""Conflicts: somebody else changed, or made, what a decision stood on; it is decided again on what stands now.

A use case reads, decides and writes on the condition that nothing has changed. Its conditions say ``VersionConflict``,
and ``retry_on_conflict`` runs all of it again: never the write alone, which was decided on what is gone.
"""

from collections.abc import Callable
from typing import TypeVar

from shared.kernel.errors import Unavailable
from shared.kernel.storage.client import Attributes
from shared.kernel.storage.tries import tries

T = TypeVar("T")
U = TypeVar("U")


class VersionConflict(Exception):
    """What a decision stood on changed between reading and writing; nothing was written."""


class AlreadyExists(Exception):
    """What was to be made is there already.

    Attributes:
        item: as it stands, where the write asked for it (``AlreadyExists.as_it_stands``).
    """

    def __init__(self, item: Attributes | None = None) -> None:
        super().__init__()
        self.item: Attributes = item or {}

    @classmethod
    def as_it_stands(cls, item: Attributes | None) -> "AlreadyExists":
        """Return the error that carries the item; to be given as a write's ``error``."""
        return cls(item)


def retry_on_conflict(
    change: Callable[[], T], *, of: type[Exception] = VersionConflict, otherwise: type[Exception] = Unavailable
) -> T:
    """Run a change that reads, decides and writes; again, after a pause with jitter, as often as others are faster.

    Args:
        change: the whole of it, from its first read.
        of: the conflicts that another run can mend, because it reads anew what they are about. A change that commits
            its caller's writes too names its own: a conflict of the caller's is the caller's to read again.
        otherwise: what to raise when others were faster every time.

    Raises:
        Exception: ``otherwise``, or whatever ``change`` raises but such conflicts.
    """
    for _ in tries():
        try:
            return change()
        except of:
            continue
    raise otherwise


def known_first(known: T | None, read: Callable[[], U]) -> Callable[[], T | U]:
    """Return a read for a change that may run again: what its caller read before comes first, where there is any."""
    before = [] if known is None else [known]
    return lambda: before.pop() if before else read()
