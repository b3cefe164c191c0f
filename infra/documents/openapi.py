"""OpenAPI 3.1 of the HTTP APIs, made from the declarations.

Powertools derives parameters, bodies and answers from the handlers' signatures, the same that it validates by.
"""

import inspect
import json
import re
from collections.abc import Callable, Iterable
from typing import Any, get_args, get_origin

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel
from pydantic.alias_generators import to_pascal
from pydantic.json_schema import models_json_schema

from infra.documents.amounts import as_decimals
from infra.documents.gateway import GATEWAY_ANSWER, GATEWAY_EXAMPLES, GATEWAY_SCHEMA
from infra.documents.operations import HEADERS, KEY_PARAMETER, operation, problem, refusal_example, webhook
from infra.documents.refusals import Refusal, refusals
from infra.documents.samples import REFERENCE, Schema
from infra.documents.servers import SERVERS
from infra.documents.wording import camel_path, plain, purpose
from shared.kernel.declare import Function, FunctionUrl, Http
from shared.kernel.registry import functions
from shared.kernel.shells.http import powertools_path
from shared.kernel.wire import Enveloped, Page, Paged, Raw, Reply

INTRODUCTION = """\
One backend for products that keep people well: live streams paid by credit, goals that somebody who cares watches
over. Every success is `{"data", "meta"}`, every list `{"data", "pagination"}`, every error
`{"error": {"code", "message", "details", "requestId"}}`. Credits are decimal strings, money is minor units with its
currency, times are ISO 8601 in UTC. Unknown fields and parameters are refused. Where the gateway refuses before any
function is asked (no `Authorization` header, no such path, its own limits), the body is `{"message"}` alone.
`docs/api.md` tells how to sign in, page, repeat and wait."""

LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}

_NAMES = (
    (r"Enveloped_Union_(\w+?)__\w+_+", r"\1Answer"),
    (r"Enveloped_(.+)_", r"\1Answer"),
    (r"Paged_(.+)_", r"\1Page"),
    (r"ProblemWith_(.+)_", r"\1Problem"),
    (r"Body_(\w+?)_v1_\w+", r"\1_form"),
)


def _enveloped(returned: Any) -> Any:
    """Return the model of a whole answer for what a handler returns."""
    inner = get_args(returned)
    if get_origin(returned) is Page:
        return Paged[inner[0]]  # type: ignore[valid-type]
    return Enveloped[inner[0]] if get_origin(returned) is Reply else Enveloped[returned]  # type: ignore[valid-type]


def endpoints() -> list[tuple[Function[Any, Any], Http]]:
    """Return every endpoint with its route, ordered by path and method."""
    found = [(function, function.declaration.trigger) for function in functions()]
    routes = [(function, trigger) for function, trigger in found if isinstance(trigger, Http)]
    return sorted(routes, key=lambda pair: (pair[1].path, pair[1].method))


def _signed(function: Function[Any, Any]) -> Callable[..., Any]:
    """Return a stand-in for the handler that returns the whole answer."""
    signature = inspect.signature(function.handler, eval_str=True)
    returned = signature.return_annotation

    def stand_in(**_: Any) -> Any: ...

    answer = str if returned is Raw else _enveloped(returned)
    stand_in.__name__ = function.handler.__name__
    stand_in.__signature__ = signature.replace(return_annotation=answer)  # type: ignore[attr-defined]
    stand_in.__annotations__ = {name: value.annotation for name, value in signature.parameters.items()}
    return stand_in


def _public(name: str) -> str:
    """Return a model's name as clients see it: ``Enveloped_StreamView_`` becomes ``StreamViewAnswer``."""
    for pattern, public in _NAMES:
        name = re.sub(f"^{pattern}$", public, name)
    name = re.sub(r"list_(\w+)_", r"\1List", name)
    return to_pascal(name) if name.endswith("_form") else name


def _whole(number: str) -> float:
    """Read a limit that Powertools' model made a float (``50.0``) as the integer it is."""
    return int(float(number)) if float(number).is_integer() else float(number)


def _renamed(found: Schema, names: Iterable[str]) -> Schema:
    text = json.dumps(found)
    for name in names:
        public = _public(name)
        text = text.replace(f'"{REFERENCE}{name}"', f'"{REFERENCE}{public}"').replace(
            f'"{name}": {{', f'"{public}": {{'
        )
    renamed: Schema = json.loads(text, parse_float=_whole)
    return renamed


def _derived() -> tuple[Schema, dict[str, Schema]]:
    """Return the paths and schemas that Powertools derives from the signatures."""
    app = APIGatewayHttpResolver(enable_validation=True)
    for function, route in endpoints():
        app.route(powertools_path(route.path), method=route.method)(_signed(function))
    found = app.get_openapi_schema().model_dump(mode="json", by_alias=True, exclude_none=True)
    schemas = found["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError", "ResponseValidationError"):
        schemas.pop(unused, None)
    found = _renamed({"paths": found["paths"], "schemas": schemas}, schemas)
    return found["paths"], found["schemas"]


def _problems(errors: Iterable[Refusal]) -> tuple[dict[str, Schema], dict[type[BaseModel], str]]:
    """Return the schemas of errors, and the name of each model's."""
    models = list(dict.fromkeys(problem(error) for error in errors))
    keyed, schema = models_json_schema(
        [(model, "serialization") for model in models], ref_template=REFERENCE + "{model}"
    )
    definitions = _renamed(schema["$defs"], schema["$defs"])
    names = {model: _public(keyed[model, "serialization"]["$ref"].removeprefix(REFERENCE)) for model in models}
    return definitions, names


def _titled(schemas: dict[str, Schema]) -> dict[str, Schema]:
    """Return the schemas titled as they are called; the titles that pydantic makes of fields' names tell nothing."""
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            field.pop("title", None)
    return {name: schema | {"title": name} for name, schema in sorted(schemas.items())}


def document() -> Schema:
    """Return the OpenAPI document.

    Raises:
        NoExample: a request or an answer says nothing to make an example of.
    """
    paths, schemas = _derived()
    bodies = {(path, method) for path, found in paths.items() for method in found if "requestBody" in found[method]}
    errors = {
        (route.path, route.method): refusals(
            function.declaration, route, body=(route.path, route.method.lower()) in bodies
        )
        for function, route in endpoints()
    }
    every = sorted({error for found in errors.values() for group in found.values() for error in group}, key=_name)
    problems, names_of = _problems(every)
    schemas = as_decimals(_titled(schemas | problems))
    made: dict[str, Schema] = {}
    for function, route in endpoints():
        derived = paths[route.path][route.method.lower()]
        described = operation(function, route, derived, schemas, errors[route.path, route.method], names_of)
        made.setdefault(camel_path(route.path), {})[route.method.lower()] = described
    domains = sorted({function.declaration.domain for function, _ in endpoints()})
    found: Schema = {
        "openapi": "3.1.0",
        "info": {"title": "Wellspring", "version": "1", "description": INTRODUCTION, "license": LICENCE},
        "servers": list(SERVERS.values()),
        "tags": [{"name": domain, "description": purpose(domain)} for domain in domains],
        "paths": made,
        "webhooks": _webhooks(),
        "components": {
            "schemas": schemas | {GATEWAY_ANSWER: GATEWAY_SCHEMA},
            "examples": {error.__name__: refusal_example(error, schemas) for error in every} | GATEWAY_EXAMPLES,
            "headers": HEADERS,
            "parameters": {"IdempotencyKey": KEY_PARAMETER},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
    told: Schema = plain(found)
    return told


def _name(error: Refusal) -> str:
    return error.__name__


def _webhooks() -> dict[str, Schema]:
    return {
        trigger.provider: {"post": webhook(function, trigger)}
        for function in functions()
        if isinstance(trigger := function.declaration.trigger, FunctionUrl)
    }
