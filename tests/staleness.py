"""Eventually consistent reads that are late: what an item, a query or an index was before the last write of each item.

Beside every table stands a copy that learns of a write one write later. A late read is answered from the copy by the
engine itself, so conditions, filters, limits and projections are the real ones.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

from infra.tables import tables
from shared.kernel.config import settings
from shared.kernel.storage.client import aws_client
from tests import door, engine
from tests.door import Call

_COPY = ".late"
_BATCH, _KEYS = 25, 100
"""Writes of one BatchWriteItem."""

Row = dict[str, Any]
Written = tuple[str, Row]
"""A table and the key of an item in it."""


class Late:
    """The copies, and which reads are answered from them.

    Attributes:
        seen: how many reads were answered otherwise than they would have been in time.
    """

    def __init__(self, seed: int, rate: float) -> None:
        self.seen = 0
        self._random, self._rate, self._lock = random.Random(seed), rate, Lock()
        self._behind: dict[tuple[str, str, str], Row] = {}
        self._client = aws_client("dynamodb")
        self._names = {settings().table(table.domain) for table in tables()}

    def begin(self) -> None:
        """Make the copies: what there is now was there long ago."""
        for table in tables():
            request = engine.table_request(settings().stage, table)
            name = request["TableName"]
            self._client.create_table(**request | {"TableName": name + _COPY})
            pages = self._client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
            self._write([(name, {"PutRequest": {"Item": item}}) for page in pages for item in page["Items"]])

    def end(self) -> None:
        """Remove the copies."""
        for name in self._names:
            self._client.delete_table(TableName=name + _COPY)

    def learn(self, operation: str, request: Row, call: Call) -> None:
        """Let the copies know what is about to be written over."""
        written = list(_written(operation, request))
        with self._lock:
            self._behind |= {(name, *_names(key)): key for name, key in written}
        self._bring(written, call)

    def catch_up(self) -> None:
        """Let the copies know of everything that was written: a read is late by a while, not for ever."""
        with self._lock:
            behind = [(name, key) for (name, *_), key in self._behind.items()]
            self._behind.clear()
        for start in range(0, len(behind), _KEYS):
            self._bring(behind[start : start + _KEYS], self._ask)

    def _ask(self, operation: str, request: Row) -> Row:
        answer: Row = getattr(self._client, door.as_sent(operation))(**request)
        return answer

    def _bring(self, written: list[Written], call: Call) -> None:
        asked: dict[str, Row] = {}
        for name, key in written:
            asked.setdefault(name, {"ConsistentRead": True, "Keys": []})["Keys"].append(key)
        if not asked:
            return
        found = _whole(call("BatchGetItem", {"RequestItems": asked}))["Responses"]
        stands = {(name, *_names(item)): item for name, items in found.items() for item in items}
        changes = []
        for name, key in written:
            item = stands.get((name, *_names(key)))
            changes.append((name, {"PutRequest": {"Item": item}} if item else {"DeleteRequest": {"Key": key}}))
        for wanted in _batches(changes):
            _whole(call("BatchWriteItem", {"RequestItems": wanted}))

    def answer(self, operation: str, request: Row, call: Call) -> Row:
        """Answer a read, perhaps from before the last writes."""
        with self._lock:
            late = self._random.random() < self._rate
        asked = self._asked(operation, request) if late else request
        present = call(operation, request)
        if asked == request:
            return present
        told = {name: value for name, value in call(operation, asked).items() if name != "ResponseMetadata"}
        for named in ("Responses", "UnprocessedKeys"):
            if named in told:
                told[named] = {name.removesuffix(_COPY): rows for name, rows in told[named].items()}
        if told != {name: value for name, value in present.items() if name != "ResponseMetadata"}:
            with self._lock:
                self.seen += 1
        return told

    def _asked(self, operation: str, body: Row) -> Row:
        """Return a request of the copies for whatever it does not want consistent."""
        if operation != "BatchGetItem":
            late = body["TableName"] in self._names and not body.get("ConsistentRead")
            return body | {"TableName": body["TableName"] + _COPY} if late else body
        wanted = body["RequestItems"].items()
        return {
            "RequestItems": {
                name + _COPY if name in self._names and not part.get("ConsistentRead") else name: part
                for name, part in wanted
            }
        }

    def _write(self, changes: list[tuple[str, Row]]) -> None:
        for wanted in _batches(changes):
            self._client.batch_write_item(RequestItems=wanted)


def _whole(answer: Row) -> Row:
    if answer.get("UnprocessedKeys") or answer.get("UnprocessedItems"):
        raise RuntimeError(f"a part of the copies was left out: {answer}")
    return answer


def _names(row: Row) -> tuple[str, str]:
    return row["pk"]["S"], row["sk"]["S"]


def _batches(changes: list[tuple[str, Row]]) -> Iterator[dict[str, list[Row]]]:
    """Yield what BatchWriteItem is to write of the copies."""
    for start in range(0, len(changes), _BATCH):
        wanted: dict[str, list[Row]] = {}
        for name, change in changes[start : start + _BATCH]:
            wanted.setdefault(name + _COPY, []).append(change)
        yield wanted


def _written(operation: str, body: Row) -> Iterator[Written]:
    writes: Iterable[tuple[str, Mapping[str, Any]]] = [(operation.removesuffix("Item"), body)]
    if operation == "TransactWriteItems":
        writes = [(kind, write) for one in body["TransactItems"] for kind, write in one.items()]
    for kind, write in writes:
        if kind != "ConditionCheck":
            row = write["Item"] if kind == "Put" else write["Key"]
            yield write["TableName"], {"pk": row["pk"], "sk": row["sk"]}


@contextmanager
def late(seed: int, rate: float) -> Iterator[Late]:
    """Provide copies of every table of the stage, for as long as a test runs."""
    copies = Late(seed, rate)
    copies.begin()
    try:
        yield copies
    finally:
        copies.end()
