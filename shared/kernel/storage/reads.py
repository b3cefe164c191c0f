"""Reads: one item, many by key, or a page of a query. There is no scan.

Every read of a table is consistent unless its caller says that it need not be; an index never is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pynamodb.expressions.condition import Condition

from shared.kernel.errors import Unavailable
from shared.kernel.storage.client import send
from shared.kernel.storage.items import Item
from shared.kernel.storage.tries import tries

T = TypeVar("T", bound=Item)

Key = dict[str, Any]

BATCH_KEYS = 100
"""Keys of one BatchGetItem: DynamoDB's limit."""

_PATIENCE = 2.0
"""Seconds in which keys that were left unread may be asked for again."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of a query: the raw items and the key to go on from, ``None`` at the end."""

    items: tuple[Mapping[str, Any], ...]
    next_key: Key | None

    def load(self, model: type[T]) -> list[T]:
        """Return the items as one model."""
        return [model.load(dict(item)) for item in self.items]


def get(model: type[T], pk: str, sk: str, *, consistent: bool = True) -> T | None:
    """Return one item, or ``None``. One read unit per 4 KB when consistent, half when not."""
    reply = send("get_item", TableName=model.table(), Key=model.key(pk, sk), ConsistentRead=consistent)
    return model.load(reply["Item"]) if "Item" in reply else None


def get_many(wanted: Sequence[tuple[type[Item], str, str]], *, consistent: bool = True) -> list[Any]:
    """Return items in the order asked for, ``None`` where there is none: one call for up to 100 different keys.

    Raises:
        Unavailable: DynamoDB kept leaving keys unread.
    """
    found: dict[tuple[str, str, str], Key] = {}
    request: dict[str, Any] = {}
    for model, pk, sk in dict.fromkeys(wanted):
        part = request.setdefault(model.table(), {"Keys": [], "ConsistentRead": consistent})
        part["Keys"].append(model.key(pk, sk))
    for _ in tries(within=_PATIENCE):
        reply = send("batch_get_item", RequestItems=request)
        for table, items in reply["Responses"].items():
            found |= {(table, item["pk"]["S"], item["sk"]["S"]): item for item in items}
        request = reply["UnprocessedKeys"]
        if not request:
            return [_loaded(model, found.get((model.table(), pk, sk))) for model, pk, sk in wanted]
    raise Unavailable


def _loaded(model: type[Item], item: Key | None) -> Any:
    return model.load(item) if item else None


def _request(model: type[Item], key: Condition, filter_by: Condition | None, **options: Any) -> dict[str, Any]:
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    request: dict[str, Any] = {"TableName": model.table(), "KeyConditionExpression": key.serialize(names, values)}
    if filter_by is not None:
        request["FilterExpression"] = filter_by.serialize(names, values)
    request["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in names.items()}
    request["ExpressionAttributeValues"] = values
    return request | {name: value for name, value in options.items() if value is not None}


def query(
    model: type[Item],
    key: Condition,
    *,
    index: str | None = None,
    limit: int | None = None,
    descending: bool = False,
    start: Key | None = None,
    filter_by: Condition | None = None,
    consistent: bool = True,
) -> Found:
    """Return one page: exactly one call, at most 1 MB. ``limit`` counts items before the filter.

    ``consistent`` is for tables: what an index finds may be late, whatever is asked.
    """
    request = _request(
        model,
        key,
        filter_by,
        IndexName=index,
        Limit=limit,
        ExclusiveStartKey=start,
        ScanIndexForward=not descending,
        ConsistentRead=(consistent and index is None) or None,
    )
    reply = send("query", **request)
    return Found(tuple(reply["Items"]), reply.get("LastEvaluatedKey"))


def query_all(model: type[Item], key: Condition, **options: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every item of a query, page after page."""
    start: Key | None = None
    while True:
        page = query(model, key, start=start, **options)
        yield from page.items
        start = page.next_key
        if start is None:
            return


def count(model: type[Item], key: Condition, *, index: str) -> int:
    """Return how many items a query of an index finds, without reading them out."""
    request = _request(model, key, None, IndexName=index, Select="COUNT")
    total, start = 0, None
    while True:
        reply = send("query", **request, **({"ExclusiveStartKey": start} if start else {}))
        total += int(reply["Count"])
        start = reply.get("LastEvaluatedKey")
        if start is None:
            return total
