"""The shell of WebSocket routes: connection in, an optional message out to the same connection."""

import json
from dataclasses import dataclass
from typing import Any

from shared.kernel.declare import Function
from shared.kernel.errors import DomainError, ValidationFailed
from shared.kernel.shells.inject import injected
from shared.kernel.telemetry import logger, metrics

MAX_FRAME = 32 * 1024
"""Bytes of one frame that the gateway accepts (X-L-18)."""


@dataclass(frozen=True, slots=True)
class SocketMessage:
    """What a connection sent.

    Attributes:
        connection_id: whose connection.
        query: query parameters of ``$connect``, else empty.
        body: the JSON object sent, else empty.
    """

    connection_id: str
    query: dict[str, str]
    body: dict[str, Any]


class SocketShell:
    """Runs one route. A refusal answers ``$connect`` with its status, and other routes with an ``error`` message."""

    def __init__(self, function: Function[Any, Any]) -> None:
        self._handler = injected(function.handler)

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG002 - Lambda's signature
        """Handle one message."""
        try:
            answer = self._handler(self._message(event))
            return {"statusCode": 200, "body": json.dumps(answer, separators=(",", ":")) if answer else ""}
        except DomainError as refusal:
            logger().info("socket_refused", code=refusal.code, route=event["requestContext"]["routeKey"])
            body = {"type": "error", "error": {"code": refusal.code, "message": str(refusal)}}
            connecting = event["requestContext"]["routeKey"] == "$connect"
            return {"statusCode": refusal.status if connecting else 200, "body": json.dumps(body)}
        finally:
            metrics().flush_metrics()

    @staticmethod
    def _message(event: dict[str, Any]) -> SocketMessage:
        text = event.get("body") or "{}"
        try:
            body = json.loads(text)
        except ValueError:
            raise ValidationFailed("Send a JSON object.") from None
        if not isinstance(body, dict):
            raise ValidationFailed("Send a JSON object.")
        return SocketMessage(event["requestContext"]["connectionId"], event.get("queryStringParameters") or {}, body)
