"""What infrastructure has to know of a domain's table; declared beside the items that need it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index. ``numeric`` tells that its range key is a number.

    ``include`` are the projected attributes besides the keys; empty means keys only, so that a change of other
    attributes costs the index nothing.
    """

    name: str
    hash_key: str
    range_key: str
    numeric: bool = False
    include: tuple[str, ...] = ()


DUE = Index("due", "due_shard", "due_at", numeric=True)
"""Deadlines (``shared.kernel.due``)."""


@dataclass(frozen=True, slots=True)
class Table:
    """A domain's table: keys ``pk`` and ``sk`` (strings), TTL ``expires_at``, a stream of new and old images."""

    domain: str
    indexes: tuple[Index, ...] = ()
