"""The gateway's connections, stood in for on the client's own hooks: what was posted to whom, and who misbehaves."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ReadTimeoutError

from shared.kernel.realtime import sending

GONE, BUSY, SILENT = "gone", "busy", "silent"
_REFUSALS = {GONE: (410, "GoneException"), BUSY: (429, "LimitExceededException")}


class Sockets:
    """Connections of the gateway.

    Attributes:
        faults: connection id to ``GONE``, ``BUSY`` or ``SILENT``; all others receive.
        tried: connection ids that something was posted to, in order.
        closed: connection ids that were closed from our side, in order.
    """

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}
        self.tried: list[str] = []
        self.closed: list[str] = []
        self._frames: dict[str, list[str]] = defaultdict(list)
        self._lock = Lock()

    def frames(self, connection_id: str) -> list[dict[str, Any]]:
        """Return what a connection received, in order, and forget it."""
        return [json.loads(text) for text in self._frames.pop(connection_id, [])]

    def post(self, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        """Answer PostToConnection, as botocore's ``before-call`` hook."""
        connection_id = params["url_path"].rsplit("/", 1)[-1]
        with self._lock:
            self.tried.append(connection_id)
            fault = self.faults.get(connection_id)
            if fault == SILENT:
                raise ReadTimeoutError(endpoint_url=params["url"])
            if fault:
                status, code = _REFUSALS[fault]
                return SimpleNamespace(status_code=status), {"Error": {"Code": code, "Message": code}}
            self._frames[connection_id].append(params["body"].decode())
        return SimpleNamespace(status_code=200), {}

    def close(self, params: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        """Answer DeleteConnection; what is closed receives nothing more."""
        connection_id = params["url_path"].rsplit("/", 1)[-1]
        if self.faults.get(connection_id) == GONE:
            return SimpleNamespace(status_code=410), {"Error": {"Code": "GoneException", "Message": GONE}}
        self.faults[connection_id] = GONE
        self.closed.append(connection_id)
        return SimpleNamespace(status_code=204), {}


@contextmanager
def watched() -> Iterator[Sockets]:
    """Stand in for the gateway of this process's socket client."""
    sockets = Sockets()
    hooks = sending._sockets().meta.events
    answers = {"PostToConnection": sockets.post, "DeleteConnection": sockets.close}
    for operation, answer in answers.items():
        hooks.register(f"before-call.apigatewaymanagementapi.{operation}", answer)
    try:
        yield sockets
    finally:
        for operation, answer in answers.items():
            hooks.unregister(f"before-call.apigatewaymanagementapi.{operation}", answer)
