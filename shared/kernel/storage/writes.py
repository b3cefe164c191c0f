"""Writes: ``commit()`` for one item, ``transact()`` for several. Conditions decide, never an earlier read.

Each write may carry the domain error that its failed condition means, or a function that makes the error from the
item as it stands (``None`` where there is none).
"""

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.expressions.update import Update as UpdateExpression

from shared.kernel.errors import Unavailable
from shared.kernel.storage.client import CANCELLED, CONDITION_FAILED, Attributes, Refused, send
from shared.kernel.storage.items import Item
from shared.kernel.storage.tries import tries

Refusal = Exception | type[Exception] | Callable[[Attributes | None], Exception]

MAX_ITEMS = 100
"""Items in one transaction (TransactWriteItems, X-W-34)."""

MAX_BYTES = 4 * 2**20
"""All items of one transaction together (TransactWriteItems, X-W-34)."""

LARGEST_ITEM = 400 * 2**10
"""One item: so many of them always fit that most transactions need not be measured."""

_PATIENCE = 2.0
"""Seconds in which a transaction may be sent again; those who begin anew on fresh facts have more."""

_RETRIED = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class ConditionFailed(Exception):
    """A condition did not hold and no domain error was named for it.

    Attributes:
        position: which write of the transaction.
        old: the item as it stands, ``None`` where there is none.
    """

    def __init__(self, position: int, old: Attributes | None) -> None:
        super().__init__(f"the condition of write {position} did not hold")
        self.position = position
        self.old = old


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole item."""

    item: Item
    condition: Condition | None = None
    error: Refusal | None = None

    def request(self) -> tuple[str, Attributes]:
        """Return the operation's name in a transaction, and its parameters."""
        request = {"TableName": self.item.table(), "Item": self.item.dump()}
        return "Put", request | _expressions(self.condition)


@dataclass(frozen=True, slots=True)
class Update:
    """Change attributes of one item; without a condition it makes the item when there is none."""

    model: type[Item]
    pk: str
    sk: str
    actions: Sequence[Action]
    condition: Condition | None = None
    error: Refusal | None = None

    def request(self) -> tuple[str, Attributes]:
        """Return the operation's name in a transaction, and its parameters."""
        request = {"TableName": self.model.table(), "Key": self.model.key(self.pk, self.sk)}
        return "Update", request | _expressions(self.condition, self.actions)


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove one item."""

    model: type[Item]
    pk: str
    sk: str
    condition: Condition | None = None
    error: Refusal | None = None

    def request(self) -> tuple[str, Attributes]:
        """Return the operation's name in a transaction, and its parameters."""
        request = {"TableName": self.model.table(), "Key": self.model.key(self.pk, self.sk)}
        return "Delete", request | _expressions(self.condition)


@dataclass(frozen=True, slots=True)
class Check:
    """Hold a transaction to a condition on an item that it does not change."""

    model: type[Item]
    pk: str
    sk: str
    condition: Condition
    error: Refusal | None = None

    def request(self) -> tuple[str, Attributes]:
        """Return the operation's name in a transaction, and its parameters."""
        request = {"TableName": self.model.table(), "Key": self.model.key(self.pk, self.sk)}
        return "ConditionCheck", request | _expressions(self.condition)


Write = Put | Update | Delete | Check


def _expressions(condition: Condition | None, actions: Sequence[Action] = ()) -> Attributes:
    names: dict[str, str] = {}
    values: Attributes = {}
    request: Attributes = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if actions:
        request["UpdateExpression"] = UpdateExpression(*actions).serialize(names, values)
    if condition is not None:
        request["ConditionExpression"] = condition.serialize(names, values)
    if names:
        request["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in names.items()}
    if values:
        request["ExpressionAttributeValues"] = values
    return request


def _refuse(write: Write, position: int, old: Attributes | None) -> Exception:
    error = write.error
    if error is None:
        return ConditionFailed(position, old)
    if isinstance(error, Exception):
        return error
    return error() if isinstance(error, type) else error(old)


def commit(write: Put | Update | Delete, *, returned: str = "NONE") -> Attributes:
    """Write one item: one call.

    A timeout is retried by the client, so a first try that took effect may make the second fail its condition:
    write something that tells your own write apart where that matters.

    Args:
        write: what to write.
        returned: DynamoDB's ``ReturnValues``.

    Returns:
        The attributes asked for, empty for ``NONE``.

    Raises:
        Exception: the write's error where its condition did not hold.
        Unavailable: no answer in time, or throttled for too long.
    """
    operation, request = write.request()
    try:
        reply = send(f"{operation.lower()}_item", **request, ReturnValues=returned)
    except Refused as refused:
        if refused.code == CONDITION_FAILED:
            raise _refuse(write, 0, refused.item) from None
        raise
    attributes: Attributes = reply.get("Attributes", {})
    return attributes


def transact(writes: Sequence[Write], *, token: str | None = None) -> None:
    """Commit several writes together or not at all; the only way to do so.

    Conflicts and throttling are retried with full jitter and the same client token, so that a try whose answer was
    lost does not take effect twice. The token lives 10 minutes in DynamoDB: what must hold for longer needs a
    condition of its own.

    Args:
        writes: at most 100, in the order in which their errors matter.
        token: client request token, at most 36 characters; a new one unless told.

    Raises:
        ValueError: they are too many, or too large together: nothing is sent.
        Exception: the error of the first write whose condition did not hold.
        Unavailable: contention or silence outlasted every try; it may or may not have taken effect.
    """
    if not 0 < len(writes) <= MAX_ITEMS:
        raise ValueError(f"a transaction has 1 to {MAX_ITEMS} writes, not {len(writes)}")
    request = {
        "TransactItems": [{operation: parameters} for operation, parameters in (write.request() for write in writes)],
        "ClientRequestToken": token or str(uuid.uuid4()),
    }
    if len(writes) * LARGEST_ITEM > MAX_BYTES and _size(request) > MAX_BYTES:
        raise ValueError(f"a transaction has at most {MAX_BYTES} bytes")
    failure: Exception | None = None
    for _ in tries(within=_PATIENCE):
        try:
            send("transact_write_items", **request)
        except Unavailable as silence:
            failure = silence
        except Refused as refused:
            failure = refused
            _raise_unless_contended(refused, writes)
        else:
            return
    raise Unavailable from failure


def _size(request: Attributes) -> int:
    """Return what a transaction has at most in bytes: as JSON it is longer than as DynamoDB counts it."""
    return len(json.dumps(request["TransactItems"], default=repr))


def _raise_unless_contended(refused: Refused, writes: Sequence[Write]) -> None:
    if refused.code != CANCELLED:
        raise refused
    for position, reason in enumerate(refused.reasons):
        if reason.code == "ConditionalCheckFailed":
            raise _refuse(writes[position], position, reason.item) from None
    if not any(reason.code in _RETRIED for reason in refused.reasons):
        raise refused
