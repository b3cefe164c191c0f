"""The event catalogue: for each domain event its JSON schema and a sample, as it comes from the bus."""

import importlib
from collections.abc import Iterator
from typing import Any

from infra.documents.samples import Schema, example
from shared.kernel.events import DomainEvent
from shared.kernel.registry import ROOT

VALUES: dict[str, Any] = {
    "about": "invitation:ptn_01k0000000000000000000000a",
    "active": True,
    "admin_id": "usr_01k0000000000000000000000c",
    "amount": 5000,
    "available": 95000,
    "balance": 105000,
    "balance_drift": 1000,
    "bonus_credits": 10000,
    "by": "usr_01k0000000000000000000000c",
    "category": "consent-request",
    "charged": 12000,
    "contacts": 3,
    "creator_id": "usr_01k0000000000000000000000b",
    "credits": 100000,
    "currency": "USD",
    "date": "2026-03-01",
    "days": 7,
    "days_missed": 2,
    "ended_run": "2026-02-27",
    "escalation_id": "esc_01k0000000000000000000000a",
    "event_id": "evt_1QwErTyUiOpAsDfG",
    "goal_id": "gol_01k0000000000000000000000a",
    "held_drift": -1000,
    "hold_id": "hld_01k0000000000000000000000a",
    "index": 50,
    "intervals": 12,
    "locale": "en",
    "longest_streak": 30,
    "mail_id": "eml_01k0000000000000000000000a",
    "message_id": "msg_01k0000000000000000000000a",
    "missed_since": "2026-02-28",
    "partner_id": "ptn_01k0000000000000000000000a",
    "notification_id": "ntf_000000000007",
    "payment_id": "pay_01k0000000000000000000000a",
    "price_id": "prc_01k0000000000000000000000a",
    "product_code": "credits-1000",
    "reason": "reported by three viewers",
    "recipient_id": "ptn_01k0000000000000000000000a",
    "reference_id": "pay_01k0000000000000000000000a",
    "reference_type": "PAYMENT",
    "reply_id": "SM0123456789abcdef0123456789abcdef",
    "returned": 6000,
    "role": "creator",
    "session_id": "5e4f2f5e-0d5a-4b7e-9d9c-3f1e1a2b3c4d",
    "step": 3,
    "streak": 7,
    "stream_id": "str_01k0000000000000000000000a",
    "template": "escalation.day-1",
    "tenant_id": None,
    "title": "Morning stretch",
    "user_id": "usr_01k0000000000000000000000a",
    "version": 2,
    "ChannelFailed.reason": "30003",
    "EscalationEnded.reason": "LOGGED",
    "GoalChanged.status": "PAUSED",
    "MessageBlocked.reason": "NO_CONSENT",
    "MessageCancelled.reason": "LOGGED",
    "MessageDeferred.reason": "QUIET_HOURS",
    "MessageFailed.reason": "30003",
    "PartnerLeft.status": "LEFT",
    "StepSkipped.reason": "ANSWERED",
    "ViewingEnded.reason": "left",
}
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
