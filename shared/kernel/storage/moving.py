"""Stored data that is kept in another way now: what is moved, and what became of it (``infra.operations.backfill``).

A domain's are in ``shared/<domain>/backfills.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.kernel.storage.items import Item


class Outcome(StrEnum):
    """What a backfill did with one item. It may be run again at any time: what is moved is as it should be."""

    SAME = "as they should be"
    MOVED = "moved"
    STOPPED = "taken off sale: tell whoever sells them"
    CHANGED = "changed at the same moment: run it again"
    LEFT = "left to be decided by a person"


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of item, and what moves one of them. A sort key that ends in ``#`` is what many begin with."""

    model: type[Item]
    sk: str
    move: Callable[[Any], Outcome]

    @property
    def name(self) -> str:
        """How the report calls them."""
        return f"{self.model.domain} {self.model.__name__}"
