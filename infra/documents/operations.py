"""One operation of the OpenAPI document: what Powertools derived, and what the shell adds to every endpoint."""

import inspect
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.alias_generators import to_camel

from infra.documents.gateway import GATEWAY_CHOICE, gateway_answers
from infra.documents.outcomes import led_to
from infra.documents.refusals import Refusal
from infra.documents.samples import REFERENCE, Schema, example
from infra.documents.servers import SERVERS
from infra.documents.wording import told
from shared.kernel.caller import AcceptedLanguage
from shared.kernel.declare import PUBLIC, Function, FunctionUrl, Http
from shared.kernel.errors import RateLimitExceeded
from shared.kernel.shells.http import JSON
from shared.kernel.text.speech import LONGEST_WISH
from shared.kernel.versions import LONGEST_TAG
from shared.kernel.wire import Problem, ProblemWith

HTML = "text/html"

_TEXT = {"type": "string"}
_NUMBER = {"type": "string", "pattern": "^[0-9]+$"}

HEADERS: dict[str, Schema] = {
    "X-Request-Id": {"description": "Names this request in our logs.", "schema": _TEXT, "required": True},
    "RateLimit": {"description": 'What is left: `"write";r=59;t=42`.', "schema": _TEXT},
    "RateLimit-Policy": {"description": 'The limit: `"write";q=60;w=60`.', "schema": _TEXT},
    "X-RateLimit-Remaining": {"description": "Requests left in the window.", "schema": _NUMBER},
    "Retry-After": {"description": "Seconds to wait.", "schema": _NUMBER},
    "ETag": {"description": "The version, for `If-Match`.", "schema": _TEXT},
    "Idempotency-Replayed": {
        "description": "The answer is the kept one of the first request with the key.",
        "schema": {"const": "true"},
    },
}
_LIMITS = ("RateLimit", "RateLimit-Policy", "X-RateLimit-Remaining")

KEY_PARAMETER: Schema = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Makes a request safe to repeat for 30 days: the first answer comes again, nothing happens twice.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "8e03978e-40d5-43e8-bc93-6894a57f9324",
}


_MATCH_PARAMETERS: dict[str, Schema] = {
    "If-Match": {
        "description": "Change it only in this version: the `ETag` that was read, or `*` for any.",
        "schema": {"type": "string", "maxLength": LONGEST_TAG},
        "example": '"3"',
    },
    "If-None-Match": {
        "description": "`*`: only if there is none yet.",
        "schema": {"type": "string", "maxLength": LONGEST_TAG},
        "example": "*",
    },
}


def _seen(route: Http) -> list[Schema]:
    """Return the headers by which a client says which version it has seen; a PUT may also make something."""
    names = ["If-Match", *(["If-None-Match"] if route.method == "PUT" else ())]
    needed = route.api == "admin" and len(names) == 1
    return [
        {"name": name, "in": "header", **_MATCH_PARAMETERS[name]} | ({"required": True} if needed else {})
        for name in names
    ]


_LANGUAGE: Schema = {
    "name": "Accept-Language",
    "in": "header",
    "description": "In which language lines come, of those that we speak; English otherwise.",
    "schema": {"type": "string", "maxLength": LONGEST_WISH},
    "example": "es-MX, en;q=0.5",
}


def _speaks(function: Function[..., Any], route: Http) -> bool:
    """Tell whether an answer has words in the caller's language; a browser that opens a page says so by itself."""
    taken = inspect.get_annotations(function.handler, eval_str=True).values()
    return AcceptedLanguage in taken and HTML not in route.raw


def problem(error: Refusal) -> type[BaseModel]:
    """Return the model of an error's whole answer."""
    return ProblemWith[error.carries] if error.carries else Problem  # type: ignore[name-defined]


def refusal_example(error: Refusal, schemas: dict[str, Schema]) -> Schema:
    """Return an error's example, with its real code and message."""
    details = [{"field": "title", "message": "This is needed"}] if error.code == "VALIDATION_ERROR" else []
    told = {"code": error.code, "message": error.message, "details": details, "requestId": "Zm9vYmFyMDAwMQ=="}
    value: Schema = {"error": told}
    if error.carries:
        value |= {"data": example({"$ref": REFERENCE + error.carries.__name__}, schemas, error.__name__), "meta": {}}
    return {"summary": error.code, "value": value}


def _headers(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _json(schema: Schema, schemas: dict[str, Schema], at: str, media: str = JSON) -> Schema:
    return {media: {"schema": schema, "example": example(schema, schemas, at)}}


def _success(route: Http, derived: Schema, schemas: dict[str, Schema]) -> Schema:
    schema = derived["responses"]["200"]["content"][JSON]["schema"]
    at = f"the answer of {route.method} {route.path}"
    names = ["X-Request-Id", *(_LIMITS if route.rate else ()), *(["Idempotency-Replayed"] if route.idempotent else ())]
    names += ["ETag"] if route.versioned else []
    return {
        "description": HTTPStatus(route.status).phrase,
        "headers": _headers(*names),
        "content": {media: {"schema": {}} for media in route.raw} or _json(schema, schemas, at),
    }


def _refused(
    status: int, errors: list[Refusal], names_of: dict[type[BaseModel], str], gateway: Schema, pages: Schema
) -> Schema:
    choices = [{"$ref": REFERENCE + names_of[model]} for model in dict.fromkeys(problem(error) for error in errors)]
    choices += [GATEWAY_CHOICE] if gateway else []
    names = ["X-Request-Id", *(("Retry-After", *_LIMITS) if status == RateLimitExceeded.status else ())]
    return {
        "description": " ".join(dict.fromkeys(f"`{error.code}`: {error.message}" for error in errors))
        or "The gateway's own throttle.",
        # The gateway's own answers have none of them.
        "headers": _headers(*names),
        "content": {
            JSON: {
                "schema": choices[0] if len(choices) == 1 else {"anyOf": choices},
                "examples": {error.__name__: {"$ref": f"#/components/examples/{error.__name__}"} for error in errors}
                | gateway,
            },
            **pages,
        },
    }


def _described(function: Function[Any, Any], route: Http) -> str:
    text = (inspect.getdoc(function.handler) or "").partition("\n")[2].strip()
    needs = "Anyone may call it." if route.allow == PUBLIC else f"Needs the permission `{route.allow}`."
    early = " The caller's e-mail address need not be confirmed." if route.unconfirmed else ""
    return f"{text}\n\n{needs}{early}".strip()


_NOT_ASKED_FOR = frozenset({"accept", "user-agent"})
"""Headers that every client sends by itself; OpenAPI has parameters of these names ignored."""


def _parameters(derived: Schema) -> list[Schema]:
    """Return the parameters as clients know them, each with what it means."""
    found = []
    for parameter in derived.get("parameters", []):
        if parameter["in"] == "header" and parameter["name"] in _NOT_ASKED_FOR:
            continue
        name = to_camel(parameter["name"]) if parameter["in"] == "path" else parameter["name"]
        found.append(parameter | {"name": name, "description": parameter.get("description") or told(name)})
    return found


def operation(
    function: Function[Any, Any],
    route: Http,
    derived: Schema,
    schemas: dict[str, Schema],
    errors: dict[int, list[Refusal]],
    names_of: dict[type[BaseModel], str],
) -> Schema:
    """Return the operation of an endpoint.

    Args:
        function: the endpoint.
        route: its route.
        derived: its operation as Powertools derived it.
        schemas: the document's schemas.
        errors: what it may answer besides success, by status.
        names_of: schema names of the errors' models.

    Raises:
        NoExample: its request or answer says nothing to make an example of.
    """
    made: Schema = {
        "operationId": function.handler.__name__,
        "summary": function.summary,
        "description": _described(function, route),
        "tags": [function.declaration.domain],
        "servers": [SERVERS[route.api]],
        "security": [] if route.allow == PUBLIC else [{"bearer": []}],
    }
    headers = [{"$ref": "#/components/parameters/IdempotencyKey"}] if route.idempotent else []
    headers += _seen(route) if route.versioned else []
    headers += [_LANGUAGE] if _speaks(function, route) else []
    if parameters := [*_parameters(derived), *headers]:
        made["parameters"] = parameters
    if "requestBody" in derived:
        ((media, given),) = derived["requestBody"]["content"].items()
        content = _json(given["schema"], schemas, f"the body of {route.method} {route.path}", media)
        made["requestBody"] = {"required": derived["requestBody"].get("required", False), "content": content}
    # What is shown to people as a page tells them its own refusals as one, too.
    pages = {HTML: {"schema": {}}} if HTML in route.raw else {}
    own = {error.status for error in function.declaration.errors}
    gateway = gateway_answers(route, body="requestBody" in derived)
    refused = {
        str(status): _refused(
            status, errors.get(status, []), names_of, gateway.get(status, {}), pages if status in own else {}
        )
        for status in sorted(errors.keys() | gateway.keys())
    }
    answered = _success(route, derived, schemas)
    if "example" in (shown := answered["content"].get(JSON, {})):
        asked = made.get("requestBody", {}).get("content", {}).get(JSON, {}).get("example")
        shown["example"] = led_to(made["operationId"], asked, shown["example"])
    return made | {"responses": {str(route.status): answered} | refused}


def webhook(function: Function[Any, Any], url: FunctionUrl) -> Schema:
    """Return the operation of a provider's function URL."""
    return {
        "operationId": function.handler.__name__,
        "summary": function.summary,
        "description": f"{url.provider.title()} posts to a function URL of its own, signed over the raw bytes.",
        "tags": [function.declaration.domain],
        "security": [],
        "requestBody": {"required": True, "content": {"*/*": {"schema": {}}}},
        "responses": {
            "200": {"description": "Kept, or known already. The body is empty."},
            "400": {"description": "Not signed by the provider, too old, or unreadable. The body is empty."},
        },
    }
