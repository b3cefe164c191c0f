"""The emulator's DynamoDB inside this process, for long runs on tables that nobody else needs.

It is the engine that the other tests reach by HTTP; sockets and the switching between two processes took more than half
of a run's time. The client, its hooks and the faults on them stay as they are: only the wire is short.
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from tests import engine


@contextmanager
def tables() -> Iterator[None]:
    """Answer this process's requests to DynamoDB here, from every declared table of the stage, empty at first."""
    from ministack.services.dynamodb import handle_request, reset

    wire = URLLib3Session.send

    def send(session: URLLib3Session, request: Any) -> AWSResponse:
        # botocore sends bytes, whoever calls the wire themselves (``tests.staleness``) words.
        named = request.headers.get("X-Amz-Target", "")
        target = named.decode() if isinstance(named, bytes) else named
        if not target.startswith("DynamoDB_"):
            return wire(session, request)
        answer = handle_request("POST", "/", {"x-amz-target": target}, request.body, {})
        status, headers, body = loop.run(answer)
        response = AWSResponse(request.url, status, headers, None)
        response._content = body
        return response

    with pytest.MonkeyPatch.context() as patch, asyncio.Runner() as loop:
        patch.setattr(URLLib3Session, "send", send)
        engine.make_tables(os.environ["WELLSPRING_STAGE"])
        try:
            yield
        finally:
            reset()
