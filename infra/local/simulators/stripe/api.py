"""Stripe's HTTP API: authentication, idempotency keys, errors, lists and expansion around the account."""

import base64
import binascii
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.local.simulators.stripe import forms
from infra.local.simulators.stripe.account import (
    CHARGE,
    EVENT,
    INTENT,
    REFUND,
    SESSION,
    Account,
    Object,
    new_id,
    public,
)
from infra.local.simulators.stripe.errors import ParameterError, StripeError
from infra.local.simulators.stripe.forms import Params

# Collections by path, with the fields that their lists may be filtered by.
_COLLECTIONS = {
    "/v1/checkout/sessions": (SESSION, ("payment_intent", "status")),
    "/v1/payment_intents": (INTENT, ("customer",)),
    "/v1/charges": (CHARGE, ("payment_intent", "customer")),
    "/v1/refunds": (REFUND, ("charge", "payment_intent")),
    "/v1/events": (EVENT, ("type",)),
}
_EXPANDABLE = {"payment_intent": INTENT, "latest_charge": CHARGE, "charge": CHARGE}
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}
_DEFAULT_PAGE, _LARGEST_PAGE, _LONGEST_KEY = 10, 100, 255


@dataclass(frozen=True)
class _Saved:
    """The outcome of the first request with an idempotency key."""

    path: str
    params: Params
    status: int
    body: Object
    request_id: str


@dataclass
class _Call:
    """One request: what was asked and the headers of its answer."""

    path: str
    path_params: dict[str, str]
    params: Params
    key: str
    headers: dict[str, str] = field(default_factory=lambda: {"request-id": new_id("req", 14)})


Handler = Callable[[_Call], Object]


class Api:
    """The routes under `/v1`."""

    def __init__(self, account: Account, api_key: str) -> None:
        self._account = account
        self._api_key = api_key
        self._saved: dict[str, _Saved] = {}
        sessions = "/v1/checkout/sessions"
        self.routes: list[BaseRoute] = [
            self._route("POST", sessions, lambda call: account.create_session(call.params)),
            self._route("POST", sessions + "/{id}/expire", self._expire),
            self._route("POST", "/v1/refunds", lambda call: account.refund(call.params)),
            *(self._route("GET", path, self._list) for path in _COLLECTIONS),
            *(self._route("GET", path + "/{id}", self._retrieve) for path in _COLLECTIONS),
            Route("/v1/{rest:path}", self._unknown, methods=["GET", "POST", "DELETE"]),
        ]

    def reset(self) -> None:
        """Forget the idempotency keys."""
        self._saved.clear()

    def _route(self, method: str, path: str, handler: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            encoded = await request.body() if method == "POST" else request.scope["query_string"]
            key = request.headers.get("idempotency-key", "") if method == "POST" else ""
            try:
                self._authenticate(request)
                call = _Call(request.url.path, request.path_params, forms.parse(encoded), key)
                status, body = self._once(call, handler)
            except StripeError as error:
                return error_response(error)
            if key:
                call.headers["idempotency-key"] = key
            return JSONResponse(body, status, call.headers)

        return Route(path, endpoint, methods=[method])

    async def _unknown(self, request: Request) -> Response:
        return error_response(StripeError(404, f"Unrecognized request URL ({request.method}: {request.url.path})."))

    def _authenticate(self, request: Request) -> None:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            # What `curl -u sk_…:` sends: the key as the user name.
            try:
                credentials = base64.b64decode(credentials).decode().partition(":")[0]
            except (binascii.Error, UnicodeDecodeError):
                credentials = ""
        if not credentials:
            raise StripeError(401, "You did not provide an API key.")
        if not secrets.compare_digest(credentials.encode(), self._api_key.encode()):
            raise StripeError(401, "Invalid API Key provided.")

    def _once(self, call: _Call, handler: Handler) -> tuple[int, Object]:
        """Execute a request, or replay the outcome of the first one with the same key.

        As in Stripe's v1 API the outcome is kept whether it was good or bad; a request refused for its parameters
        never began to execute and is not kept.
        """
        saved = self._saved.get(call.key)
        if saved is None:
            status, body = self._execute(call, handler)
            if call.key:
                self._saved[call.key] = _Saved(call.path, call.params, status, body, call.headers["request-id"])
            return status, body
        if saved.path != call.path or saved.params != call.params:
            what = "with the same parameters" if saved.path == call.path else "for the same endpoint"
            message = f"Keys for idempotent requests can only be used {what} they were first used with."
            raise StripeError(400, message, kind="idempotency_error")
        call.headers |= {"idempotent-replayed": "true", "original-request": saved.request_id}
        return saved.status, saved.body

    def _execute(self, call: _Call, handler: Handler) -> tuple[int, Object]:
        if len(call.key) > _LONGEST_KEY:
            raise ParameterError(f"Idempotency keys have at most {_LONGEST_KEY} characters.", "")
        try:
            shown = public(handler(call))
            for path in forms.items(call.params, "expand"):
                self._expand(shown, path)
        except ParameterError:
            raise
        except StripeError as error:
            return error.status, error.body
        return 200, shown

    def _expire(self, call: _Call) -> Object:
        return self._account.expire(self._account.get(SESSION, call.path_params["id"], "session"))

    def _retrieve(self, call: _Call) -> Object:
        path, _, object_id = call.path.rpartition("/")
        return self._account.get(_COLLECTIONS[path][0], object_id)

    def _list(self, call: _Call) -> Object:
        kind, filters = _COLLECTIONS[call.path]
        forms.only(call.params, frozenset({*filters, "limit", "starting_after", "ending_before", "created", "expand"}))
        limit = forms.integer(call.params, "limit", minimum=1) if "limit" in call.params else _DEFAULT_PAGE
        if limit > _LARGEST_PAGE:
            message = f"This value must be less than or equal to {_LARGEST_PAGE}."
            raise ParameterError(message, "limit", "parameter_invalid_integer")
        wanted = {name: call.params[name] for name in filters if name in call.params}
        matching = [
            found
            for found in self._between_cursors(kind, call.params)
            if all(found.get(name) == value for name, value in wanted.items()) and _within(found, call.params)
        ]
        page = matching[-limit:] if "ending_before" in call.params else matching[:limit]
        data = [public(found) for found in page]
        return {"object": "list", "url": call.path, "has_more": len(matching) > limit, "data": data}

    def _between_cursors(self, kind: str, params: Params) -> list[Object]:
        newest_first = [*reversed(self._account.objects[kind].values())]
        for name in ("starting_after", "ending_before"):
            if name in params:
                cursor = newest_first.index(self._account.get(kind, forms.text(params, name), name))
                newest_first = newest_first[cursor + 1 :] if name == "starting_after" else newest_first[:cursor]
        return newest_first

    def _expand(self, shown: Object, path: str) -> None:
        name, _, rest = path.partition(".")
        if name == "data" and isinstance(shown.get("data"), list):
            for item in shown["data"]:
                self._expand(item, rest)
            return
        if name not in _EXPANDABLE or name not in shown:
            raise ParameterError(f"This property cannot be expanded ({name}).", "expand")
        value: Any = shown[name]
        if isinstance(value, str):
            shown[name] = value = public(self._account.get(_EXPANDABLE[name], value))
        if value is not None and rest:
            self._expand(value, rest)


def _within(found: Object, params: Params) -> bool:
    if isinstance(params.get("created"), str):
        return bool(found["created"] == forms.integer(params, "created"))
    bounds = forms.group(params, "created")
    forms.only(bounds, frozenset(_COMPARISONS))
    return all(_COMPARISONS[name](found["created"], forms.integer(bounds, name, f"created[{name}]")) for name in bounds)


def error_response(error: StripeError) -> Response:
    """Answer with an error in Stripe's shape."""
    return JSONResponse(error.body, error.status, {"request-id": new_id("req", 14)})
