"""What AWS was asked and what that cost.

Write units are those of the real responses. The emulator reports every read as one item of at most 4 KB and nothing
for a write that its condition refused, so these are computed from the items in the responses by AWS's rules: reads by
the sum of a page's item sizes in units of 4 KB (half of it when not consistent), refused writes by the item's size.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shared.kernel.storage.client import aws_session
from tests.benchmarks.sizes import item_bytes

_READ_BYTES = 4096
_WRITE_BYTES = 1024
_READS = frozenset({"GetItem", "Query", "BatchGetItem"})
_WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"})


class Wire:
    """Counts calls of every client made from the session it watches, and DynamoDB's capacity units.

    Attributes:
        calls: how often each operation of DynamoDB was called.
        others: how often each operation of another service was called.
        reads: read units.
        writes: write units, those of indexes included.
        indexes: write units of indexes alone.
        refused: how many writes were refused by their condition.
        asked: parameters of the DynamoDB calls, in order.
    """

    def __init__(self) -> None:
        self.clear()
        session = aws_session()
        session.register("provide-client-params.dynamodb", self._ask)
        session.register("after-call", self._note)

    def clear(self) -> None:
        """Forget everything counted so far."""
        self.calls: Counter[str] = Counter()
        self.others: Counter[str] = Counter()
        self.reads = self.writes = self.indexes = 0.0
        self.refused = 0
        self.asked: list[dict[str, Any]] = []

    def summary(self) -> dict[str, Any]:
        """Return what was counted, as it is printed."""
        return {
            "calls": sum(self.calls.values()),
            "readUnits": self.reads,
            "writeUnits": self.writes,
            "ofWhichOnIndexes": self.indexes,
            "operations": dict(self.calls),
            "otherServices": dict(self.others),
            "refusedWrites": self.refused,
        }

    @contextmanager
    def counted(self) -> Iterator[dict[str, Any]]:
        """Count what happens inside; the dictionary is filled at the end."""
        self.clear()
        found: dict[str, Any] = {}
        yield found
        found |= self.summary()

    def _ask(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> dict[str, Any] | None:
        if model.name not in _READS | _WRITES:
            return None
        self.asked.append(params)
        tables = params["RequestItems"].values() if model.name == "BatchGetItem" else [params]
        context["consistent"] = any(table.get("ConsistentRead") for table in tables)
        context["keys"] = sum(len(table.get("Keys", ())) for table in tables)
        return params | {"ReturnConsumedCapacity": "INDEXES"}

    def _note(self, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        service = model.service_model.service_name
        if service != "dynamodb":
            self.others[f"{service}:{model.name}"] += 1
            return
        self.calls[model.name] += 1
        if model.name in _READS:
            self.reads += _read_units(parsed, keys=context["keys"], consistent=context["consistent"])
        elif parsed.get("Error", {}).get("Code") == "ConditionalCheckFailedException":
            self.refused += 1
            self.writes += max(1, -(-item_bytes(parsed.get("Item", {})) // _WRITE_BYTES))
        else:
            self._note_write(parsed)

    def _note_write(self, parsed: dict[str, Any]) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        for part in consumed if isinstance(consumed, list) else [consumed]:
            self.writes += part["CapacityUnits"]
            self.indexes += sum(index["CapacityUnits"] for index in part.get("GlobalSecondaryIndexes", {}).values())


def _read_units(parsed: dict[str, Any], *, keys: int, consistent: bool) -> float:
    """Return what a read cost: items of a page together, items read by key each for itself, missing ones too."""
    if "Responses" in parsed:
        sizes = [item_bytes(item) for items in parsed["Responses"].values() for item in items]
        sizes += [0] * (keys - len(sizes))
    else:
        sizes = [sum(map(item_bytes, parsed.get("Items", [parsed.get("Item", {})])))]
    return sum(max(1, -(-size // _READ_BYTES)) for size in sizes) * (1 if consistent else 0.5)
