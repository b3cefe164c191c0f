"""Calls of functions that no story of the lane needs: with bodies that are fine, about things that do not exist."""

import json
import re
from pathlib import Path
from typing import Any

from infra.local.client import Client, invoke
from shared.kernel import declare
from shared.kernel.declare import Declaration
from shared.kernel.events import DomainEvent
from tests.authorization import rows
from tests.stack.conftest import Stack
from tests.triggers import due_event, queue_event, schedule_event

EVENTS = Path(__file__).resolve().parents[2] / "events"
KNOWN = {"date": "2026-03-01", "version": "2", "n": "2"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def call(stack: Stack, admin: Client, declaration: Declaration) -> None:
    """Let a function run once, by whatever triggers it.

    Raises:
        RuntimeError: it failed.
    """
    match declaration.trigger:
        case declare.Http() as route:
            row = rows()[f"{route.method} {route.path}"]
            path = re.sub(r"\{(\w+)\}", lambda found: KNOWN.get(found[1], "unknown-1"), route.path)
            body = row.body if row.body is not None or route.method == "GET" else {}
            headers = FORM if route.form else {}
            sent = None if route.form else body
            answer = admin.call(route.method, path, sent, api=f"{route.api}Api", headers=headers)
            if answer.status >= 500:
                raise RuntimeError(f"{declaration.name}: {answer.body}")
        case declare.Schedule():
            invoke(stack, declaration.name, schedule_event())
        case declare.OnDue():
            invoke(stack, declaration.name, due_event(("NOBODY#1", "NOTHING")))
        case declare.OnEvent(events):
            invoke(stack, declaration.name, queue_event(sample_of(events[0])))


def sample_of(event: type[DomainEvent]) -> DomainEvent:
    """Return the catalogue's sample of an event."""
    document: dict[str, Any] = json.loads((EVENTS / event.domain / f"{event.__name__}.json").read_text())
    return event.model_validate(document["sample"]["detail"]["data"])
