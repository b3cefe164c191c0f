"""Endpoints' gates without what is behind them: who gets in, whatever the operation would then do."""

from typing import Any

from shared.kernel.declare import PUBLIC, Function, Http
from shared.kernel.registry import functions
from shared.kernel.shells.http import HttpShell
from shared.kernel.wire import Raw
from tests.calls import CONTEXT
from tests.triggers import Event, http_event

REACHED = 299
"""The status that tells that a caller got in."""


def _reached() -> Raw:
    return Raw("", media_type="text/plain", status=REACHED)


def endpoints() -> list[Function[Any, Any]]:
    """Return every declared endpoint."""
    return [function for function in functions() if isinstance(function.declaration.trigger, Http)]


def guarded() -> list[Function[Any, Any]]:
    """Return every endpoint that not everybody may call."""
    return [function for function in endpoints() if function.declaration.trigger.allow != PUBLIC]


def route_of(function: Function[Any, Any]) -> str:
    """Return an endpoint's method and path."""
    return f"{function.declaration.trigger.method} {function.declaration.trigger.path}"


def gate(function: Function[Any, Any], context: dict[str, Any]) -> int:
    """Return the status of a call that the authorizer gave this context; ``REACHED`` where the handler would run."""
    shell = HttpShell(Function(function.declaration, _reached))
    event: Event = http_event(function, path=dict.fromkeys(parameters(function), "x"))
    event["requestContext"]["authorizer"]["lambda"] = context
    status: int = shell(event, CONTEXT)["statusCode"]
    return status


def parameters(function: Function[Any, Any]) -> list[str]:
    """Return the names in an endpoint's path."""
    path = function.declaration.trigger.path
    return [part.strip("{}") for part in path.split("/") if part.startswith("{")]
