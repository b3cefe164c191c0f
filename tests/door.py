"""The door to DynamoDB (``shared.kernel.storage.client``): where tests watch calls, hold them up, let them fail."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from shared.kernel.storage import client

Request = dict[str, Any]
Call = Callable[[str, Request], Request]
Guard = Callable[[str, Request, Call], Request]
"""Stands in the way of a call: given DynamoDB's name of the operation, the request, and what would have been called."""

READS = ("GetItem", "BatchGetItem", "Query")
WRITES = ("TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem")


@contextmanager
def guarded(guard: Guard) -> Iterator[None]:
    """Have every call meet a guard; of several the last one meets it first."""
    behind = client.call

    def call(operation: str, request: Request) -> Request:
        return guard(operation_of(operation), request, lambda named, changed: behind(as_sent(named), changed))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "call", call)
        yield


@contextmanager
def calls_made() -> Iterator[list[str]]:
    """Provide the names of the operations that are called, as they come."""
    made: list[str] = []

    def note(operation: str, request: Request, call: Call) -> Request:
        made.append(operation)
        return call(operation, request)

    with guarded(note):
        yield made


def operation_of(sent: str) -> str:
    """Return DynamoDB's own name of an operation."""
    return "".join(word.capitalize() for word in sent.split("_"))


def as_sent(name: str) -> str:
    """Return DynamoDB's name of an operation as the client calls it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
