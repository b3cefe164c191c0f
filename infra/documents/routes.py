"""Every declared function as data: ``python -m infra.documents.routes`` prints one JSON document."""

import json
from typing import Any

from shared.kernel import declare
from shared.kernel.declare import Declaration
from shared.kernel.registry import functions

_TOLD = {
    declare.Http: ("api", "method", "path", "allow"),
    declare.FunctionUrl: ("provider",),
    declare.Socket: ("route",),
    declare.Schedule: ("expression",),
    declare.OnEvent: ("events",),
    declare.OnStream: ("domains",),
    declare.OnDue: ("kind",),
    declare.Authorizer: (),
}
"""What is told of each kind of trigger."""

_NO_ROUTE = dict.fromkeys(_TOLD[declare.Http])


def _source(trigger: declare.Trigger) -> dict[str, Any]:
    told = {name: getattr(trigger, name) for name in _TOLD[type(trigger)]}
    if isinstance(trigger, declare.OnStream):
        told["domains"] = list(trigger.domains)
    if isinstance(trigger, declare.OnEvent):
        told["events"] = [event.__name__ for event in trigger.events]
    return _NO_ROUTE | told


def _row(declaration: Declaration) -> dict[str, Any]:
    return {
        "name": declaration.name,
        "module": declaration.module,
        "trigger": type(declaration.trigger).__name__,
        **_source(declaration.trigger),
        "touches": [access.name for access in declaration.touches],
        "stack": declaration.domain,
        "errors": sorted({error.code for error in declaration.errors}),
    }


def rows() -> list[dict[str, Any]]:
    """Return one row per declared function, ordered by domain and file name."""
    return [_row(function.declaration) for function in functions()]


if __name__ == "__main__":
    print(json.dumps(rows(), indent=2))  # noqa: T201 - its one purpose
