"""The emulator's DynamoDB inside this process, for tests whose tables nobody else needs.

It is the engine that others reach by HTTP. Behind the door (``tests.door``) stands the engine itself, so that a call
costs what the engine costs: botocore, sockets and the switching between two processes took four fifths of a run's time.
Whoever asks by botocore's own client is answered from the same tables. Calls come one by one, as over the wire: the
emulator is one thread.
"""

import base64
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from shared.kernel.storage import client
from tests import door, engine

_TARGET = "DynamoDB_20120810."
_FAILED = 400
_one = Lock()


def _handle(target: str, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
    from ministack.services.dynamodb import handle_request

    # As on the wire, whoever waits for an answer lets the others go on: without it threads that race hardly meet.
    time.sleep(0)
    with _one:
        handling = handle_request("POST", "/", {"x-amz-target": target}, body, {})
        try:
            handling.send(None)
        except StopIteration as done:
            answer: tuple[int, Mapping[str, str], bytes] = done.value
            return answer
    raise RuntimeError("the engine waits for something")


def _binary(value: Any) -> str:
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(f"DynamoDB knows no {type(value)}")


def _value(read: dict[str, Any]) -> dict[str, Any]:
    """Return an object of an answer; of a binary value the bytes, as botocore gives them."""
    if len(read) == 1 and isinstance(read.get("B"), str):
        return {"B": base64.b64decode(read["B"])}
    return read


def _call(operation: str, request: client.Attributes) -> client.Attributes:
    """Stand behind the door in the client's place."""
    status, _, body = _handle(_TARGET + door.operation_of(operation), json.dumps(request, default=_binary).encode())
    answer: client.Attributes = json.loads(body, object_hook=_value)
    if status < _FAILED:
        return answer
    error = {"Code": answer.pop("__type").rpartition("#")[2], "Message": answer.get("message", "")}
    raise client._of({**answer, "Error": error})


@contextmanager
def tables() -> Iterator[None]:
    """Answer this process's calls of DynamoDB here, from every declared table of the stage, empty at first."""
    from ministack.services.dynamodb import reset

    wire = URLLib3Session.send

    def send(session: URLLib3Session, request: Any) -> AWSResponse:
        named = request.headers.get("X-Amz-Target", b"")
        target = named.decode() if isinstance(named, bytes) else named
        if not target.startswith(_TARGET):
            return wire(session, request)
        status, headers, body = _handle(target, request.body)
        response = AWSResponse(request.url, status, headers, None)
        response._content = body
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(URLLib3Session, "send", send)
        patch.setattr(client, "call", _call)
        reset()
        engine.make_tables(os.environ["WELLSPRING_STAGE"])
        try:
            yield
        finally:
            reset()
