"""The event catalogue: for each domain event its JSON schema and a sample, as it comes from the bus."""

import importlib
from collections.abc import Iterator
from typing import Any

from infra.documents.samples import Schema, example
from shared.kernel.domains import domains
from shared.kernel.events import DomainEvent
from shared.kernel.registry import ROOT

VALUES: dict[str, Any] = {name: value for domain in domains() for name, value in domain.samples.items()}
"""Sample values of events' fields, by name or ``<event>.<name>``; what a field's schema says comes first."""

AT = "2026-03-01T09:30:00Z"


def catalogue() -> tuple[type[DomainEvent], ...]:
    """Return every domain event, ordered by domain and name."""
    for path in sorted((ROOT / "shared").rglob("events.py")):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return tuple(sorted(_leaves(DomainEvent), key=lambda event: (event.domain, event.__name__)))


def _leaves(event: type[DomainEvent]) -> Iterator[type[DomainEvent]]:
    below = event.__subclasses__()
    for subclass in below:
        yield from _leaves(subclass)
    if not below and event.__module__.startswith("shared."):
        yield event


def field_sample(name: str, schema: Schema, definitions: dict[str, Schema], at: str) -> Any:
    """Return a sample of a field of an event or a message: its own example, or the value that stands for its name."""
    if schema.get("format") == "date-time":
        return AT
    exact = f"{at}.{name}"
    if {exact, name} & VALUES.keys() and not {"enum", "const", "examples"} & schema.keys():
        return VALUES.get(exact, VALUES.get(name))
    return example(schema, definitions, exact)


def described(event: type[DomainEvent]) -> dict[str, Any]:
    """Return an event's entry: its schema and a sample, the way a consumer's queue delivers it.

    Raises:
        NoExample: a field is of a name that has no sample value yet.
    """
    schema = event.model_json_schema()
    fields = schema.get("properties", {}).items()
    data = {name: field_sample(name, field, schema.get("$defs", {}), event.__name__) for name, field in fields}
    sample = {
        "detail-type": event.__name__,
        "source": event.source(),
        "time": AT,
        "detail": {"id": "evt_01k0000000000000000000000a", "requestId": "JKJaXmPLvHcESHA=", "data": data},
    }
    return {"schema": schema, "sample": sample}
