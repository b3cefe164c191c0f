"""The relay: outbox items, as a table's stream tells of them, go to the bus in as few calls as possible (X-O-01)."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from shared.kernel.access import Access
from shared.kernel.config import settings
from shared.kernel.events import bus_entry
from shared.kernel.names import bus_name
from shared.kernel.storage.client import aws_client
from shared.kernel.storage.tries import pause

ENTRIES = 10
"""Entries of one PutEvents call: the bus's limit."""

_ATTEMPTS = 3

RELAY = Access("events.relay", "bus", ("events:PutEvents",))

OUTBOX_INSERTED = {"eventName": ["INSERT"], "dynamodb": {"Keys": {"pk": {"S": [{"prefix": "OUTBOX#"}]}}}}
"""Filter: a new outbox item. Its later removal by TTL is no event."""


@cache
def _bus() -> Any:
    return aws_client("events")


def relay(items: Sequence[dict[str, Any]]) -> None:
    """Send outbox items to the bus, ten to a call; entries that the bus refuses are sent again, alone.

    Raises:
        RuntimeError: the bus kept refusing some; the stream brings the batch again.
    """
    entries = [bus_entry(item, bus=bus_name(settings().stage)) for item in items]
    for start in range(0, len(entries), ENTRIES):
        _send(entries[start : start + ENTRIES])


def _send(entries: list[dict[str, Any]]) -> None:
    results: list[dict[str, Any]] = []
    for attempt in range(_ATTEMPTS):
        if attempt:
            pause(attempt)
        results = _bus().put_events(Entries=entries)["Entries"]
        entries = [entry for entry, result in zip(entries, results, strict=True) if "ErrorCode" in result]
        if not entries:
            return
    codes = sorted({result["ErrorCode"] for result in results if "ErrorCode" in result})
    raise RuntimeError(f"the bus refused {len(entries)} events: {', '.join(codes)}")
