"""Everything that some domains' tables hold at a moment, to go back to as often as a test wants."""

import json
import re
from collections import Counter
from collections.abc import Hashable, Iterator
from typing import Any

from shared.kernel.config import settings
from shared.kernel.storage.client import dynamodb
from tests import money

BATCH = 25
"""Writes of one BatchWriteItem."""

_DRAWN = re.compile(r"(?:evt|evd)_[0-9a-z]{26}")
"""Ids of events and of evidence."""

Rows = dict[tuple[str, str], dict[str, Any]]


class Snapshot:
    """The rows of tables as they stood when this was made."""

    def __init__(self, *domains: str) -> None:
        self._kept = {domain: _rows(domain) for domain in domains}

    def restore(self) -> None:
        """Make the tables hold these rows again, and no other."""
        for domain, kept in self._kept.items():
            changes = list(_changes(kept, _rows(domain)))
            for start in range(0, len(changes), BATCH):
                part = changes[start : start + BATCH]
                dynamodb().batch_write_item(RequestItems={settings().table(domain): part})


def fingerprint(*domains: str) -> Hashable:
    """Return what tells one state of tables from another; ids that are drawn do not count."""
    rows = [row for domain in domains for row in money.rows(domain)]
    told = Counter(_DRAWN.sub("", json.dumps(row, sort_keys=True, default=repr)) for row in rows)
    return frozenset(told.items())


def _rows(domain: str) -> Rows:
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in money.rows(domain)}


def _changes(kept: Rows, present: Rows) -> Iterator[dict[str, Any]]:
    for (pk, sk), item in present.items():
        if (pk, sk) not in kept:
            yield {"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}}
        elif item != kept[pk, sk]:
            yield {"PutRequest": {"Item": kept[pk, sk]}}
    yield from ({"PutRequest": {"Item": item}} for key, item in kept.items() if key not in present)
