"""Domain events: written as outbox items in the transaction of their cause, relayed to the bus by the table's stream.

An event is a frozen model in ``shared/<domain>/events.py``; its class name is the bus's ``detail-type`` and its
domain the ``source``. Consumers receive it at least once and in any order (X-O-01).
"""

import json
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pynamodb.attributes import UnicodeAttribute

from shared.kernel import correlation
from shared.kernel.ids import new_id
from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, Item
from shared.kernel.storage.writes import Put

OUTBOX_DAYS = 7
"""How long a relayed event stays readable in its table."""


class DomainEvent(BaseModel):
    """Something that happened, told in the past tense. Subclasses set ``domain``."""

    # What an event that cannot be read says stays out of the log.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, hide_input_in_errors=True)

    domain: ClassVar[str]

    @classmethod
    def source(cls) -> str:
        """Return the bus's source."""
        return f"wellspring.{cls.domain}"


class OutboxItem(Item):
    """An event on its way out, with the request that caused it (X-P-02).

    | key | value | access |
    |---|---|---|
    | pk | ``OUTBOX#<event id>`` | written with its cause, read from the stream |
    | sk | ``OUTBOX`` | |
    """

    domain = ""

    type = UnicodeAttribute()
    source = UnicodeAttribute()
    data = UnicodeAttribute()
    occurred_at = InstantAttribute()
    request_id = UnicodeAttribute(null=True)
    expires_at = ExpiryAttribute()


def outbox(event: DomainEvent, *, at: datetime, event_id: str | None = None) -> Put:
    """Return the write that sends an event when the transaction it belongs to commits.

    Args:
        event: what happened.
        at: when.
        event_id: a durable id where the cause has one; consumers may tell duplicates by it.
    """
    item = _outbox_model(event.domain)(
        pk=f"OUTBOX#{event_id or new_id('evt')}",
        sk="OUTBOX",
        type=type(event).__name__,
        source=event.source(),
        data=event.model_dump_json(),
        occurred_at=at,
        request_id=correlation.current() or None,
        expires_at=at + timedelta(days=OUTBOX_DAYS),
    )
    return Put(item)


_models: dict[str, type[OutboxItem]] = {}


def _outbox_model(domain: str) -> type[OutboxItem]:
    if domain not in _models:
        _models[domain] = type(f"{domain.title()}Outbox", (OutboxItem,), {"domain": domain})
    return _models[domain]


def bus_entry(record: dict[str, Any], *, bus: str) -> dict[str, Any]:
    """Return the PutEvents entry for an outbox item as it stands in a stream record."""
    item = OutboxItem.load(record)
    detail = {"id": item.pk.removeprefix("OUTBOX#"), "requestId": item.request_id, "data": json.loads(item.data)}
    return {
        "EventBusName": bus,
        "Source": item.source,
        "DetailType": item.type,
        "Time": item.occurred_at,
        "Detail": json.dumps(detail, separators=(",", ":")),
    }
