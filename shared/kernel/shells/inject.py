"""Dependencies of handlers without an HTTP request, resolved as Powertools resolves those of routes."""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler.depends import build_dependency_tree, solve_dependencies


def injected(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Return the handler with its dependencies (such as ``Clock``) filled in at each call."""
    tree = build_dependency_tree(handler)

    def call(*arguments: Any) -> Any:
        return handler(*arguments, **solve_dependencies(dependant=tree))

    return call
