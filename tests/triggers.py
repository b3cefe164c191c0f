"""Lambda events, made from the samples in ``events/triggers``: what a test says replaces what the sample holds."""

import base64
import json
from copy import deepcopy
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from shared.kernel.caller import Principal
from shared.kernel.clock import to_ms
from shared.kernel.declare import Function, Http
from shared.kernel.due import LOOK_AHEAD
from shared.kernel.events import DomainEvent
from tests.clock import START

SAMPLES = Path(__file__).resolve().parents[1] / "events" / "triggers"

Event = dict[str, Any]


class LambdaContext:
    """What Lambda hands to a handler beside the event."""

    function_name = "test"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:eu-central-1:000000000000:function:test"
    aws_request_id = "52fdfc07-2182-454f-963f-5f0f9a621d72"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        """Return the time left."""
        return 10_000


@cache
def _sample(name: str) -> Event:
    sample: Event = json.loads((SAMPLES / f"{name}.json").read_text())
    return sample


def sample(name: str) -> Event:
    """Return a fresh copy of a trigger's sample."""
    return deepcopy(_sample(name))


def principal(user_id: str = "usr_viewer", *permissions: str, verified: bool = True) -> Principal:
    """Return a signed-in caller with permissions; their session is named after them."""
    return Principal(user_id, f"ses_{user_id}", frozenset(permissions), verified)


def _authorized(caller: Principal | None, refused: str | None) -> Event:
    if caller is None:
        return {"refused": refused or "missing"}
    return {
        "userId": caller.user_id,
        "sessionId": caller.session_id,
        "permissions": " ".join(sorted(caller.permissions)),
        "verified": "true" if caller.verified else "false",
    }


def http_event(
    function: Function[Any, Any],
    *,
    body: Any = None,
    text: str | None = None,
    encoded: bytes | None = None,
    path: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    caller: Principal | None = None,
    refused: str | None = None,
    key: str | None = None,
    request_id: str = "req-1",
    address: str = "203.0.113.7",
    as_sent: bool = False,
) -> Event:
    """Return the gateway's event for a call of an endpoint.

    Args:
        function: whose route.
        body: sent as JSON; ``text`` sends text as it is, ``encoded`` sends bytes the way the gateway hands on binary.
        text: see ``body``.
        encoded: see ``body``.
        path: values of the path's parameters.
        query: query parameters.
        headers: further headers, by lower-case name.
        caller: who is signed in.
        refused: why the authorizer found nobody (``suspended``, ``expired`` …).
        key: Idempotency-Key.
        request_id: the gateway's id of the request.
        address: source address as the gateway saw it.
        as_sent: add no header that a client who has not looked would send.
    """
    route = function.declaration.trigger
    assert isinstance(route, Http)
    event = sample("http")
    real_path = route.path.format(**(path or {}))
    event |= {"routeKey": f"{route.method} {route.path}", "rawPath": real_path, "isBase64Encoded": encoded is not None}
    event["headers"] |= {name.lower(): value for name, value in (headers or {}).items()}
    if key is not None:
        event["headers"]["idempotency-key"] = key
    if route.versioned and route.api == "admin" and not as_sent:
        # What a client sends that has not looked, unless the test says otherwise.
        event["headers"].setdefault(*("if-none-match", "*") if route.method == "PUT" else ("if-match", "*"))
    event["pathParameters"] = path or {}
    event["queryStringParameters"] = query or {}
    event["rawQueryString"] = urlencode(query or {})
    sent = base64.b64encode(encoded).decode() if encoded is not None else text
    event["body"] = json.dumps(body) if sent is None and body is not None else sent
    if event["body"] is None:
        del event["body"]
    context = event["requestContext"]
    context |= {"requestId": request_id, "routeKey": event["routeKey"]}
    context["authorizer"] = {"lambda": _authorized(caller, refused)}
    context["http"] |= {"method": route.method, "path": real_path, "sourceIp": address}
    return event


def webhook_event(
    body: bytes,
    headers: dict[str, str] | None = None,
    *,
    encoded: bool = False,
    method: str = "POST",
    query: str = "",
) -> Event:
    """Return the event of a delivery to a function URL; ``encoded`` as Lambda hands on what is not text."""
    event = sample("function-url")
    event |= {"rawQueryString": query, "queryStringParameters": dict(parse_qsl(query, keep_blank_values=True))}
    event["headers"] |= {name.lower(): value for name, value in (headers or {}).items()}
    event["body"] = base64.b64encode(body).decode() if encoded else body.decode()
    event["isBase64Encoded"] = encoded
    event["requestContext"]["http"]["method"] = method
    return event


def socket_event(
    route: str, *, connection_id: str = "con-1", body: Any = None, query: dict[str, str] | None = None
) -> Event:
    """Return the event of a WebSocket route; ``body`` is sent as JSON, or as it is when it is text."""
    kinds = {"$connect": "socket-connect", "$disconnect": "socket-disconnect"}
    event = sample(kinds.get(route, "socket-message"))
    event["requestContext"] |= {"routeKey": route, "connectionId": connection_id}
    if route == "$connect":
        event["queryStringParameters"] = query or {}
    elif route != "$disconnect":
        event["body"] = body if isinstance(body, str) else json.dumps(body or {})
    return event


def authorizer_event(authorization: str | None) -> Event:
    """Return the gateway's question to the authorizer."""
    event = sample("authorizer")
    event["headers"].pop("authorization")
    if authorization is not None:
        event["headers"]["authorization"] = authorization
        event["identitySource"] = [authorization]
    return event


def schedule_event() -> Event:
    """Return the event of a schedule."""
    return sample("schedule")


def _messages(kind: str, bodies: list[Event]) -> Event:
    (template,) = sample(kind)["Records"]
    return {
        "Records": [
            template | {"messageId": f"msg-{number}", "body": json.dumps(body)} for number, body in enumerate(bodies)
        ]
    }


def queue_event(*events: DomainEvent) -> Event:
    """Return a batch of domain events as a consumer's queue delivers them; message ids are ``msg-0``, ``msg-1`` …"""
    bus = sample("bus")
    return _messages(
        "queue",
        [
            bus
            | {
                "detail-type": type(event).__name__,
                "source": event.source(),
                "detail": {"id": f"evt_{number}", "data": event.model_dump(mode="json")},
            }
            for number, event in enumerate(events)
        ],
    )


def due_event(*keys: tuple[str, str], until: datetime = START + LOOK_AHEAD) -> Event:
    """Return a batch of due items by their keys (``pk``, ``sk``), found by a sweep that looked ahead until then."""
    return _messages("due", [{"pk": pk, "sk": sk, "until": to_ms(until)} for pk, sk in keys])


def stream_event(domain: str, *images: tuple[Event | None, Event | None]) -> Event:
    """Return a batch of changes of a domain's table; each is (old, new) in DynamoDB's attributes."""
    (template,) = sample("stream")["Records"]
    records = []
    for number, (old, new) in enumerate(images):
        record = deepcopy(template)
        standing = new or old or {}
        image = {"Keys": {name: standing[name] for name in ("pk", "sk")}, "SequenceNumber": str(100 + number)}
        image |= {"OldImage": old} if old else {}
        image |= {"NewImage": new} if new else {}
        name = "INSERT" if old is None else "MODIFY" if new else "REMOVE"
        table = f"arn:aws:dynamodb:eu-central-1:000000000000:table/test-wellspring-{domain}/stream/2026"
        record |= {"eventID": f"evt-{number}", "eventName": name, "eventSourceARN": table}
        records.append(record | {"dynamodb": template["dynamodb"] | {"NewImage": None} | image})
        if not new:
            records[-1]["dynamodb"].pop("NewImage")
    return {"Records": records}
