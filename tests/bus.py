"""The way of domain events, stood in for: what a committed transaction put into an outbox, and nothing else."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.documents.events import catalogue
from shared.kernel.events import DomainEvent
from shared.kernel.storage.client import dynamodb, send


class Bus:
    """Events that wait for the test to deliver them."""

    def __init__(self) -> None:
        self._types = {event.__name__: event for event in catalogue()}
        self._tried: dict[str, tuple[str, set[str]]] = {}
        self._out: set[str] = set()

    def overhear(self, request: Any, **_: Any) -> None:
        """Note the outbox items of a transaction that is tried, as botocore's ``before-send`` hook."""
        for write in json.loads(request.body)["TransactItems"]:
            item = write.get("Put", {}).get("Item", {})
            if item.get("sk") == {"S": "OUTBOX"}:
                _, names = self._tried.setdefault(item["pk"]["S"], (write["Put"]["TableName"], set()))
                names.add(item["type"]["S"])

    def taken(self, *wanted: type[DomainEvent]) -> list[DomainEvent]:
        """Return the wanted events that were committed since the last time, and forget the others."""
        names = {event.__name__ for event in wanted}
        found = []
        tried, self._tried = self._tried, {}
        for pk, (table, told) in tried.items():
            if pk in self._out or not told & names:
                continue
            key = {"pk": {"S": pk}, "sk": {"S": "OUTBOX"}}
            # What was tried first may have failed, and another event of that id been committed in its place.
            item = send("get_item", TableName=table, Key=key, ConsistentRead=True).get("Item")
            if item is not None and item["type"]["S"] in names:
                self._out.add(pk)
                found.append(self._types[item["type"]["S"]].model_validate_json(item["data"]["S"]))
        return found


@contextmanager
def overheard() -> Iterator[Bus]:
    """Listen to the transactions of this process; enter it before ``faults.injected``, so that none is missed."""
    bus, hooks = Bus(), dynamodb().meta.events
    hooks.register_first("before-send.dynamodb.TransactWriteItems", bus.overhear)
    try:
        yield bus
    finally:
        hooks.unregister("before-send.dynamodb.TransactWriteItems", bus.overhear)
