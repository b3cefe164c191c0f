"""The inbox: what providers posted, kept as it came, so that nothing is lost when its processing fails (D-02, X-W-25).

A receiver verifies, keeps the event under the provider's own id and answers; a consumer of the event that was
written beside it does the work. A second delivery of the same event finds the first and changes nothing. What a
consumer did is noted on the item in the transaction of its effect, for good; working an event again must be harmless.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Literal

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from shared.kernel.errors import PayloadTooLarge
from shared.kernel.events import DomainEvent, outbox
from shared.kernel.storage import reads
from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, Item
from shared.kernel.storage.table import Index
from shared.kernel.storage.writes import Put, Update, commit, transact

KEPT = timedelta(days=90)
"""How long events stay; providers give up after three days."""

MAX_BYTES = 300 * 1024
"""Of one event; an item holds 400 KB."""

RECEIVED = Index("received", "received_on", "received_at", numeric=True)
"""Events by day and time of arrival, for replay (X-W-26)."""

_SK = "INBOX"

Outcome = Literal["DONE", "IGNORED", "REVIEW"]

DONE: Outcome = "DONE"
"""The event had its effect; this outcome is final."""


class InboxItem(Item):
    """One event of a provider. Each domain with a receiver subclasses it with its table.

    | key | value | access |
    |---|---|---|
    | pk | ``INBOX#<provider>#<event id>`` | keep once, read to work it |
    | sk | ``INBOX`` | |
    | received | ``received_on`` ``<provider>#<date>``, ``received_at`` | replay of a range |
    """

    domain = ""

    event_id = UnicodeAttribute()
    body = BinaryAttribute(legacy_encoding=False)
    received_on = UnicodeAttribute()
    received_at = InstantAttribute()
    outcome = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    expires_at = ExpiryAttribute()


class AlreadyDone(Exception):
    """Somebody else worked the event meanwhile."""


class _AlreadyKept(Exception):
    pass


def _pk(provider: str, event_id: str) -> str:
    return f"INBOX#{provider}#{event_id}"


def _day(provider: str, day: date) -> str:
    return f"{provider}#{day.isoformat()}"


def keep(
    model: type[InboxItem], provider: str, event_id: str, body: bytes, cause: DomainEvent, *, now: datetime
) -> bool:
    """Keep a verified event and announce it, in one transaction.

    Args:
        model: the domain's inbox.
        provider: whose event.
        event_id: the provider's own id.
        body: the bytes as they came.
        cause: the domain event whose consumer works it.
        now: when it came.

    Returns:
        Whether it is new; a second delivery changes nothing.

    Raises:
        PayloadTooLarge: it is larger than 300 KB.
    """
    if len(body) > MAX_BYTES:
        raise PayloadTooLarge
    item = model(
        pk=_pk(provider, event_id),
        sk=_SK,
        event_id=event_id,
        body=body,
        received_on=_day(provider, now.date()),
        received_at=now,
        expires_at=now + KEPT,
    )
    try:
        transact([Put(item, condition=model.pk.does_not_exist(), error=_AlreadyKept), outbox(cause, at=now)])
    except _AlreadyKept:
        return False
    return True


def read(model: type[InboxItem], provider: str, event_id: str) -> InboxItem:
    """Return a kept event.

    Raises:
        LookupError: it never came, or has expired.
    """
    kept = reads.get(model, _pk(provider, event_id), _SK)
    if kept is None:
        raise LookupError(f"{provider} event {event_id} is not in the inbox")
    return kept


def key(model: type[InboxItem], provider: str, event_id: str) -> tuple[type[InboxItem], str, str]:
    """Return where a kept event is, as ``reads.get_many`` takes it."""
    return model, _pk(provider, event_id), _SK


def note(model: type[InboxItem], provider: str, event_id: str, outcome: Outcome, reason: str | None = None) -> Update:
    """Return the write that notes an event's outcome beside its effect; ``AlreadyDone`` refuses a second effect."""
    actions = [model.outcome.set(outcome), model.reason.set(reason) if reason else model.reason.remove()]
    open_still = model.pk.exists() & (model.outcome.does_not_exist() | (model.outcome != DONE))
    return Update(model, _pk(provider, event_id), _SK, actions, condition=open_still, error=AlreadyDone)


def close(model: type[InboxItem], provider: str, event_id: str, outcome: Outcome, reason: str | None = None) -> None:
    """Note what became of an event that nothing had to be committed for; one that had its effect stays as it is."""
    with suppress(AlreadyDone):
        commit(note(model, provider, event_id, outcome, reason))


def received_between(model: type[InboxItem], provider: str, first: datetime, last: datetime) -> Iterator[str]:
    """Yield the ids of the events that came from one instant up to and including another, oldest first."""
    day = first.date()
    while day <= last.date():
        key = (model.received_on == _day(provider, day)) & model.received_at.between(first, last)
        for found in reads.query_all(model, key, index=RECEIVED.name):
            yield found["pk"]["S"].removeprefix(_pk(provider, ""))
        day += timedelta(days=1)
