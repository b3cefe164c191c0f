"""The shell of HTTP endpoints, around Powertools' event handler.

Powertools routes, validates and injects. The shell adds what every endpoint of this system has: the caller and the
permission, rate limits, ``Idempotency-Key``, the envelope, the one error shape and the request id.
"""

import inspect
import json
import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Annotated, Any, get_args, get_origin

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from shared.kernel import idempotency, rates
from shared.kernel.caller import Principal, admit, operation_of, principal_of
from shared.kernel.clock import system_clock
from shared.kernel.declare import PUBLIC, Function, Http
from shared.kernel.errors import (
    DomainError,
    InternalError,
    NotFound,
    RateLimitExceeded,
    ValidationFailed,
)
from shared.kernel.shells import bodies
from shared.kernel.shells.bodies import FORMS, JSON
from shared.kernel.shells.sentences import example_at, sentence
from shared.kernel.telemetry import begin, flush, logger
from shared.kernel.text.speech import DEFAULT, preferred
from shared.kernel.versions import ANY, Seen, VersionNeeded, seen_in
from shared.kernel.wire import Page, Raw, Reply, Versioned

PAGE = "text/html"

SAFE = {"X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=63072000; includeSubDomains"}

Answer = dict[str, Any]


def powertools_path(path: str) -> str:
    """Return a declared path (``/v1/streams/{id}``) as Powertools writes it (``/v1/streams/<id>``)."""
    return path.replace("{", "<").replace("}", ">")


def _dump(value: object) -> Any:
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else to_jsonable_python(value)


def _respond(result: object, status: int) -> Response[str]:
    match result:
        case Raw():
            return Response(result.status, result.media_type, result.body, headers=dict(result.headers))
        case Page():
            body = {"data": [_dump(item) for item in result.items], "pagination": _dump(result.pagination)}
            return _json(status, body)
        case Reply():
            tags = _tag(result.data)
            return _json(status, {"data": _dump(result.data), "meta": result.meta}, tags | result.headers)
        case BaseModel():
            text = f'{{"data":{result.model_dump_json(by_alias=True)},"meta":{{}}}}'
            return Response(status, JSON, text, headers=_tag(result))
        case _:
            return _json(status, {"data": _dump(result), "meta": {}})


def _tag(data: object) -> dict[str, str]:
    return {"ETag": data.etag()} if isinstance(data, Versioned) else {}


def _json(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response[str]:
    return Response(
        status, JSON, json.dumps(body, separators=(",", ":"), ensure_ascii=False), headers=dict(headers or {})
    )


_ALTERNATIVE = re.compile(r"[A-Z].*[a-z].*|.*[^A-Za-z0-9_].*|bool|int|float|str")
"""What pydantic calls the alternatives of a field that may be of several types; no field of ours is called so."""


def field_of(location: tuple[int | str, ...]) -> str:
    """Return the name a client knows a field by: ``body`` for the whole body, else its path inside it."""
    inner = [str(part) for part in location[1:] if not isinstance(part, int) or len(location) > 2]
    named = [part for place, part in enumerate(inner) if place == 0 or not _ALTERNATIVE.fullmatch(part)]
    return ".".join(named) or str(location[0])


class HttpShell:
    """Runs one endpoint."""

    def __init__(self, function: Function[Any, Any]) -> None:
        trigger = function.declaration.trigger
        if not isinstance(trigger, Http):
            raise TypeError(f"{function.declaration.name} is no endpoint")
        self._declaration = function.declaration
        self._route = trigger
        self._app = APIGatewayHttpResolver(enable_validation=True, json_body_deserializer=bodies.read_json)
        self._app.exception_handler(DomainError)(self._refuse)
        self._app.exception_handler(RequestValidationError)(lambda invalid: self._refuse(self._explain(invalid)))
        # A value in the path that Powertools' pattern does not take, such as an emoji.
        self._app.not_found(lambda _: self._refuse(NotFound()))
        self._app.route(powertools_path(trigger.path), method=trigger.method)(self._answering(function))
        self._query = self._known_query()
        self._taken = _taken(function.handler)
        self._media_types = FORMS if trigger.form else (JSON,)
        self._request_id = ""
        self._in_browser = False
        self._language = DEFAULT

    def _answering(self, function: Function[Any, Any]) -> Any:
        handler, status = function.handler, self._route.status

        def answer(**arguments: Any) -> Response[str]:
            return _respond(handler(**arguments), status)

        signature = inspect.signature(handler, eval_str=True)
        answer.__name__ = handler.__name__
        answer.__annotations__ = {name: value.annotation for name, value in signature.parameters.items()}
        answer.__signature__ = signature.replace(return_annotation=inspect.Signature.empty)  # type: ignore[attr-defined]
        return answer

    def _known_query(self) -> frozenset[str]:
        route = (self._app._static_routes + self._app._dynamic_routes)[0]  # noqa: SLF001 - no public way to the route
        return frozenset(field.alias for field in route.dependant.query_params)

    def __call__(self, event: dict[str, Any], context: Any) -> Answer:
        """Answer one request; never raises."""
        self._request_id = event["requestContext"]["requestId"]
        begin(self._request_id)
        self._in_browser = PAGE in self._route.raw and PAGE in event["headers"].get("accept", "")
        self._language = preferred(event["headers"].get("accept-language", ""))
        try:
            answer = self._handle(event, context)
        except DomainError as refusal:
            answer = self._built(self._refuse(refusal))
        except Exception:  # noqa: BLE001 - the boundary: whatever is wrong, the caller gets the one error shape
            logger().exception("request_failed", route=event.get("routeKey"))
            answer = self._built(self._refuse(InternalError()))
        finally:
            flush()
        answer["headers"] = (
            SAFE | {"Cache-Control": self._route.cache, "X-Request-Id": self._request_id} | answer["headers"]
        )
        return answer

    def _handle(self, event: dict[str, Any], context: Any) -> Answer:
        principal = self._admit(event)
        self._check_body(event)
        seen = self._seen(event)
        standing = self._count(event, principal)
        operation = operation_of(event, principal)
        self._app.append_context(caller=principal, operation=operation, seen=seen)  # type: ignore[no-untyped-call]
        answer = self._once(event, context, operation)
        # A refusal by a limit of the operation's own tells of that limit.
        answer["headers"] = (standing.headers() if standing else {}) | answer["headers"]
        return answer

    def _admit(self, event: dict[str, Any]) -> Principal | None:
        if self._route.allow == PUBLIC:
            return None
        principal = principal_of(event)
        admit(principal, self._route.allow, verified=not self._route.unconfirmed)
        return principal

    def _check_body(self, event: dict[str, Any]) -> None:
        bodies.check(event, self._media_types)
        unknown = sorted(set(event.get("queryStringParameters") or {}) - self._query)
        if unknown and not self._route.raw:
            raise ValidationFailed(details=[(name, "Unknown parameter") for name in unknown])

    def _seen(self, event: dict[str, Any]) -> Seen:
        seen = seen_in(event["headers"]) if self._route.versioned else None
        if seen is None and self._route.versioned and self._route.api == "admin":
            raise VersionNeeded
        return seen or ANY

    def _count(self, event: dict[str, Any], principal: Principal | None) -> rates.Standing | None:
        if self._route.rate is None:
            return None
        who = principal.user_id if principal else event["requestContext"]["http"]["sourceIp"]
        return rates.count(self._route.rate, who, now=system_clock().now())

    def _once(self, event: dict[str, Any], context: Any, operation: str) -> Answer:
        key = event["headers"].get("idempotency-key")
        if key is None or not self._route.idempotent:
            return self._resolve(event, context)
        idempotency.check_key(key)
        now = system_clock().now()
        lock = self._declaration.timeout + 1
        body = f"{event.get('rawPath')}\n{event.get('body') or ''}"
        kept = idempotency.begin(operation, body, now=now, lock_seconds=lock)
        if kept is not None:
            kept["headers"]["Idempotency-Replayed"] = "true"
            return kept
        return self._keep(operation, event, context)

    def _keep(self, operation: str, event: dict[str, Any], context: Any) -> Answer:
        try:
            answer = self._resolve(event, context)
        except BaseException:
            idempotency.release(operation)
            raise
        if answer["statusCode"] >= HTTPStatus.INTERNAL_SERVER_ERROR or answer["statusCode"] == RateLimitExceeded.status:
            idempotency.release(operation)
        else:
            idempotency.complete(operation, answer)
        return answer

    def _resolve(self, event: dict[str, Any], context: Any) -> Answer:
        answer: Answer = self._app.resolve(event, context)
        answer["headers"] = answer.get("headers") or {}
        return answer

    def _refuse(self, refusal: DomainError) -> Response[str]:
        if self._in_browser:
            return self._refuse_on_page(refusal)
        body: dict[str, Any] = {
            "error": {
                "code": refusal.code,
                "message": str(refusal),
                "details": [{"field": field, "message": message} for field, message in refusal.details],
                "requestId": self._request_id,
            }
        }
        if refusal.data is not None:
            body |= {"data": _dump(refusal.data), "meta": refusal.meta}
        return _json(refusal.status, body, refusal.headers)

    def _refuse_on_page(self, refusal: DomainError) -> Response[str]:
        # Most functions show no page.
        from shared.kernel.brands import product_of_domain
        from shared.kernel.pages import refused

        product = product_of_domain(self._declaration.domain)
        page = refused(refusal, product=product, language=self._language, request_id=self._request_id)
        return _respond(page, refusal.status)

    @staticmethod
    def _built(response: Response[str]) -> Answer:
        headers = {"Content-Type": response.content_type or JSON} | response.headers
        return {"statusCode": response.status_code, "headers": headers, "body": response.body, "isBase64Encoded": False}

    def _explain(self, invalid: RequestValidationError) -> ValidationFailed:
        details = []
        for error in invalid.errors():
            location = tuple(error["loc"])
            place, *steps = location
            # The body is one parameter, what else is sent is one for each name.
            taken = self._taken.get("body") if place == "body" else self._taken.get(str(steps[0]) if steps else "")
            example = example_at(taken, steps if place == "body" else steps[1:])
            details.append((field_of(location), sentence(error, example)))
        return ValidationFailed(details=details)


def _taken(handler: Callable[..., Any]) -> dict[str, Any]:
    """Return what a handler takes, by the name that a client gives it; ``body`` is the whole body."""
    taken = {}
    for name, parameter in inspect.signature(handler, eval_str=True).parameters.items():
        notes = get_args(parameter.annotation) if get_origin(parameter.annotation) is Annotated else ()
        alias = next((note.alias for note in notes if isinstance(note, FieldInfo) and note.alias), None)
        taken[alias or name] = parameter.annotation
    return taken
