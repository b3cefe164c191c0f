"""The shell of function URLs that providers post to: raw bytes in, an empty body out, never a 5xx for bad input.

A refused delivery answers 400, 401 or 403 with nothing in it. A failure of ours answers 500 so that the provider
sends the event again.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.kernel.declare import Function
from shared.kernel.errors import DomainError
from shared.kernel.shells.inject import injected
from shared.kernel.telemetry import begin, flush, logger

MAX_DELIVERY = 1024 * 1024
"""Bytes; no provider's event comes near."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a provider sent.

    Attributes:
        headers: by lower-case name.
        body: the bytes as they came.
        url: the public address that it was posted to, with its query as it came; some providers sign it.
        query: the query's parameters.
    """

    headers: dict[str, str]
    body: bytes
    url: str = ""
    query: Mapping[str, str] = field(default_factory=dict)


class WebhookShell:
    """Runs one provider's receiver."""

    def __init__(self, function: Function[Any, Any]) -> None:
        self._handler = injected(function.handler)

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG002 - Lambda's signature
        """Answer one delivery."""
        begin(event["requestContext"]["requestId"])
        try:
            return self._answer(event)
        except DomainError as refusal:
            logger().warning("delivery_refused", code=refusal.code)
            return {"statusCode": refusal.status, "body": ""}
        finally:
            flush()

    def _answer(self, event: dict[str, Any]) -> dict[str, Any]:
        if event["requestContext"]["http"]["method"] != "POST":
            return {"statusCode": 405, "headers": {"Allow": "POST"}, "body": ""}
        text = event.get("body") or ""
        try:
            body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
        except ValueError:
            return {"statusCode": 400, "body": ""}
        if len(body) > MAX_DELIVERY:
            return {"statusCode": 413, "body": ""}
        headers = {name.lower(): value for name, value in event["headers"].items()}
        self._handler(Delivery(headers, body, _address(event), event.get("queryStringParameters") or {}))
        return {"statusCode": 200, "body": ""}


def _address(event: dict[str, Any]) -> str:
    query = event.get("rawQueryString")
    return f"https://{event['requestContext']['domainName']}{event['rawPath']}{f'?{query}' if query else ''}"
