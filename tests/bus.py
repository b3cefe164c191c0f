"""The way of domain events, stood in for: what a committed transaction put into an outbox, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager

from infra.documents.events import catalogue
from shared.kernel.events import DomainEvent
from shared.kernel.storage.client import send
from tests.door import Call, Request, guarded


class Bus:
    """Events that wait for the test to deliver them."""

    def __init__(self) -> None:
        self._types = {event.__name__: event for event in catalogue()}
        self._tried: dict[str, tuple[str, set[str]]] = {}
        self._out: set[str] = set()

    def overhear(self, operation: str, request: Request, call: Call) -> Request:
        """Note the outbox items of a transaction that is tried (``tests.door.Guard``)."""
        for write in request.get("TransactItems", ()):
            item = write.get("Put", {}).get("Item", {})
            if item.get("sk") == {"S": "OUTBOX"}:
                _, names = self._tried.setdefault(item["pk"]["S"], (write["Put"]["TableName"], set()))
                names.add(item["type"]["S"])
        return call(operation, request)

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
    bus = Bus()
    with guarded(bus.overhear):
        yield bus
