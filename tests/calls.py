"""Calls of declared functions as Lambda makes them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.kernel.declare import Function
from shared.kernel.registry import load
from shared.kernel.shells import prepare
from tests.triggers import LambdaContext, http_event

CONTEXT = LambdaContext()


@dataclass(frozen=True, slots=True)
class Answer:
    """An endpoint's answer."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.text)

    @property
    def data(self) -> Any:
        """Return what is under ``data``."""
        return self.json["data"]

    @property
    def code(self) -> str:
        """Return the error's code."""
        code: str = self.json["error"]["code"]
        return code


def function_of(named: str | Function[Any, Any]) -> Function[Any, Any]:
    """Return a declared function: itself, or by module (``functions.live.record_tick`` or ``live.record_tick``)."""
    if isinstance(named, Function):
        return named
    return load(named if named.startswith("functions.") else f"functions.{named}")


def call(named: str | Function[Any, Any], **request: Any) -> Answer:
    """Call an endpoint; ``request`` as in ``tests.triggers.http_event``."""
    function = function_of(named)
    answer = prepare(function)(http_event(function, **request), CONTEXT)
    return Answer(answer["statusCode"], answer["headers"], answer["body"])


def invoke(named: str | Function[Any, Any], event: dict[str, Any]) -> Any:
    """Run any function on a Lambda event and return what it answered."""
    return prepare(function_of(named))(event, CONTEXT)


Call = Callable[..., Answer]
Invoke = Callable[[str | Function[Any, Any], dict[str, Any]], Any]
