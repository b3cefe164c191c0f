"""AsyncAPI 3.0 of the WebSocket API, made from the socket routes, their commands and every live message (X-P-13)."""

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

from infra.documents.events import VALUES, field_sample
from infra.documents.samples import REFERENCE, Schema, example
from shared.kernel.declare import Socket
from shared.kernel.errors import InternalError, PayloadTooLarge, ValidationFailed
from shared.kernel.realtime import LiveMessage
from shared.kernel.realtime.connections import TICKET_SECONDS
from shared.kernel.realtime.messages import Frame
from shared.kernel.realtime.replay import KEPT_FOR, KEPT_MESSAGES
from shared.kernel.realtime.schemas import (
    Alive,
    Authenticate,
    Authenticated,
    Heartbeat,
    Refused,
    Subscribe,
    Subscribed,
    Unsubscribe,
    Unsubscribed,
)
from shared.kernel.registry import ROOT, functions
from shared.kernel.shells.socket import MAX_FRAME

EXCHANGES: dict[str, tuple[type[BaseModel], type[BaseModel]]] = {
    "subscribe": (Subscribe, Subscribed),
    "unsubscribe": (Unsubscribe, Unsubscribed),
    "heartbeat": (Heartbeat, Alive),
    "authenticate": (Authenticate, Authenticated),
}
"""Action to what is sent and what is answered."""

ALWAYS = (ValidationFailed, PayloadTooLarge, InternalError)

DESCRIPTION = f"""\
Live updates over one WebSocket connection. Get a ticket from `POST /v1/realtime/tickets`; it opens one connection
within {TICKET_SECONDS} seconds. Commands are JSON objects with an `action`, of at most {MAX_FRAME // 1024} KB; what
they are answered with carries their `ref`.

Messages that have a `sequence` are numbered per channel without a gap; the last {KEPT_MESSAGES} are kept, for
{KEPT_FOR.seconds // 60} minutes. They may arrive twice or out of order: take each number once. When one is missing, or
after a reconnect, subscribe again with `after`.

A connection hears for as long as an access token lives (15 minutes unless configured otherwise); `alive` tells until
when in `expiresAt`. Before that, get a fresh ticket of the same sign-in and send it with `authenticate`; without it the
connection is closed. It is closed within seconds when the sign-in ends, the account is suspended or a role is taken
away. `UNAUTHORIZED`, `FORBIDDEN` and `ACCOUNT_SUSPENDED` are followed by the end of the connection. The gateway closes
it after 2 hours, or 10 minutes of silence.\
"""


def messages() -> tuple[type[LiveMessage], ...]:
    """Return every live message, ordered by channel and type."""
    for path in sorted((ROOT / "shared").rglob("messages.py")):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    found = (message for message in _leaves(LiveMessage) if message.__module__.startswith("shared."))
    return tuple(sorted(found, key=lambda message: (message.channel.name, message.type)))


def _leaves(message: type[LiveMessage]) -> Iterator[type[LiveMessage]]:
    below = message.__subclasses__()
    for subclass in below:
        yield from _leaves(subclass)
    if not below:
        yield message


def document() -> dict[str, Any]:
    """Return the document.

    Raises:
        NoExample: a field of a message has no example.
    """
    live = messages()
    said = [model for exchange in EXCHANGES.values() for model in exchange]
    models = [*said, Refused, *live]
    _, definitions = models_json_schema(
        [(model, "serialization") for model in models], ref_template=REFERENCE + "{model}"
    )
    schemas = definitions["$defs"]
    sent = {model.__name__: _message(model, schemas) for model in (*said, Refused)}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Wellspring live updates", "version": "1.0.0", "description": DESCRIPTION},
        "servers": {"live": {"host": "live.wellspring.example", "protocol": "wss"}},
        "defaultContentType": "application/json",
        "channels": {"connection": _connection(sent)} | _channels(live),
        "operations": _commands() | {_name(message): _sending(message) for message in live},
        "components": {
            "messages": sent | {_name(message): _live_message(message, schemas) for message in live},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _name(message: type[LiveMessage]) -> str:
    return message.type


def _refs(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _summary(model: type[BaseModel]) -> str:
    return (inspect.getdoc(model) or "").partition("\n")[0]


def _message(model: type[BaseModel], schemas: dict[str, Schema]) -> dict[str, Any]:
    payload = {"$ref": f"{REFERENCE}{model.__name__}"}
    sample = example(payload, schemas, model.__name__)
    return {"summary": _summary(model), "payload": payload, "examples": [{"payload": sample}]}


def _live_message(message: type[LiveMessage], schemas: dict[str, Schema]) -> dict[str, Any]:
    frame = Frame.model_json_schema(mode="serialization")
    frame.pop("$defs", None)
    channel = message.channel.name
    fields = frame["properties"] | {
        "type": {"const": message.type},
        "channel": {
            "type": "string",
            "pattern": f"^{channel}:",
            "examples": [message.channel.channel(VALUES[f"{channel}_id"])],
        },
        "sequence": {"type": "integer", "minimum": 1, "examples": [17]} if message.kept else {"type": "null"},
        "data": {"$ref": f"{REFERENCE}{message.__name__}"},
    }
    frame |= {"title": message.type, "description": _summary(message), "properties": fields}
    sample = {
        name: _data(message) if name == "data" else example(field, schemas, name) for name, field in fields.items()
    }
    return {"summary": _summary(message), "payload": frame, "examples": [{"payload": sample}]}


def _data(message: type[LiveMessage]) -> dict[str, Any]:
    schema = message.model_json_schema(mode="serialization")
    definitions = schema.get("$defs", {})
    fields = {name: schema["properties"][to_camel(name)] for name in message.model_fields}
    return {
        to_camel(name): field["examples"][0]
        if "examples" in field
        else field_sample(name, field, definitions, message.__name__)
        for name, field in fields.items()
    }


def _connection(sent: dict[str, Any]) -> dict[str, Any]:
    ticket = {"type": "string", "description": f"From POST /v1/realtime/tickets, {TICKET_SECONDS} seconds, one use."}
    query = {"type": "object", "required": ["ticket"], "properties": {"ticket": ticket}}
    return {
        "address": "/",
        "description": "The connection itself: commands and their answers.",
        "messages": _refs(list(sent)),
        "bindings": {"ws": {"method": "GET", "query": query}},
    }


def _channels(live: tuple[type[LiveMessage], ...]) -> dict[str, Any]:
    kinds = {message.channel.name: message.channel for message in live}
    return {
        name: {
            "address": f"{name}:{{id}}",
            "description": f"Who may join: {inspect.getdoc(kind.may_join)}",
            "parameters": {"id": {"description": f"Whose {name} channel."}},
            "messages": _refs([_name(message) for message in live if message.channel is kind]),
        }
        for name, kind in sorted(kinds.items())
    }


def _commands() -> dict[str, Any]:
    routes = {
        function.declaration.trigger.route: function
        for function in functions()
        if isinstance(function.declaration.trigger, Socket)
    }
    own = "#/channels/connection"
    return {
        action: {
            "action": "receive",
            "channel": {"$ref": own},
            "summary": routes[action].summary,
            "messages": [{"$ref": f"{own}/messages/{command.__name__}"}],
            "reply": {
                "channel": {"$ref": own},
                "messages": [{"$ref": f"{own}/messages/{model.__name__}"} for model in (answer, Refused)],
            },
            "x-errors": sorted(error.code for error in (*ALWAYS, *routes[action].declaration.errors)),
        }
        for action, (command, answer) in EXCHANGES.items()
    }


def _sending(message: type[LiveMessage]) -> dict[str, Any]:
    channel = f"#/channels/{message.channel.name}"
    return {
        "action": "send",
        "channel": {"$ref": channel},
        "summary": _summary(message),
        "messages": [{"$ref": f"{channel}/messages/{_name(message)}"}],
    }
