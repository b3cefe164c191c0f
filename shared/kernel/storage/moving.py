"""What became of stored data that is kept in another way now, when a backfill came to it (``infra.operations``)."""

from enum import StrEnum


class Outcome(StrEnum):
    """What a backfill did with one item. It may be run again at any time: what is moved is as it should be."""

    SAME = "as they should be"
    MOVED = "moved"
    STOPPED = "taken off sale: tell whoever sells them"
    CHANGED = "changed at the same moment: run it again"
    LEFT = "left to be decided by a person"
