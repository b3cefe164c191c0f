"""Suppression: what must not be sent to, and how it comes about; it outlives whoever has the address (X-A-09)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, get_args

from pynamodb.expressions.condition import Condition

from shared.kernel.categories import Purpose
from shared.kernel.clock import to_ms
from shared.kernel.events import outbox
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Check, Put, Refusal, Update, commit, transact
from shared.messaging.categories import CATEGORIES
from shared.messaging.events import WHOLE, AddressOptedIn, AddressOptedOut
from shared.messaging.items import AddressEntry, Suppression, address_hashes, suppression_sk

Reason = Literal["STOP", "CARRIER", "BOUNCE", "COMPLAINT", "WRONG_NUMBER", "UNSUBSCRIBED", "STAFF", "REVIEW"]
"""``REVIEW`` holds an address until a member of staff has read what its owner wrote; nobody is told of it."""

TELLS = 90
"""Recipients told in one transaction."""

_TOLD = frozenset(get_args(AddressOptedOut.model_fields["reason"].annotation))


class AlreadySuppressed(Exception):
    """The suppression stands already."""


class NotSuppressed(Exception):
    """There is nothing to lift."""


def suppress(address: str, reason: Reason, *, source: str, scope: str = WHOLE, now: datetime) -> bool:
    """Stop everything that goes to an address, or one category of it, and tell the owners of all who have it.

    Args:
        address: E.164 number or mail address.
        reason: why.
        source: what it came from, e.g. the provider's id of a reply or the member of staff; the message that confirms
            it names the same in ``about``.
        scope: ``ALL`` or one category.
        now: when; a word that came before the suppression was lifted does not bring it back.

    Returns:
        Whether it is new; what stands already stays as it is, but for a hold, which a decision replaces.
    """
    return suppress_hash(*address_hashes(address), reason=reason, source=source, scope=scope, now=now)


def suppress_hash(
    hashed: str, *others: str, reason: Reason, source: str, scope: str = WHOLE, note: str | None = None, now: datetime
) -> bool:
    """Do what ``suppress`` does, for the hash of an address; ``note`` is what a member of staff says of it.

    Who is known by one of the ``others`` is told, too.
    """
    item = Suppression(
        pk=f"ADDRESS#{hashed}",
        sk=suppression_sk(scope),
        reason=reason,
        scope=scope,
        source=source,
        note=note,
        suppressed_at=now,
    )
    # Of a yes and a no at one instant the no counts.
    free = Suppression.pk.does_not_exist() | (Suppression.lifted_at <= now)
    if reason != "REVIEW":
        free |= Suppression.reason == "REVIEW"
    told = [
        AddressOptedOut.model_validate({"recipient_id": recipient, "reason": reason, "scope": scope})
        for recipient in (recipients(hashed, *others) if reason in _TOLD else ())
    ]
    # A link suppresses again after it was lifted, and that is told again.
    named = f"{hashed}-{source}-{to_ms(now)}" if scope == WHOLE else f"{hashed}-{source}-{scope}-{to_ms(now)}"
    events = [outbox(event, at=now, event_id=f"{named}-{event.recipient_id}") for event in told]
    try:
        return _kept(Put(item, condition=free, error=AlreadySuppressed), events)
    except AlreadySuppressed:
        return False


def lift(address: str, *, now: datetime) -> bool:
    """Take back what suppressed an address until ``now``, as its owner's START does; return whether there was any."""
    return lift_hash(*address_hashes(address), now=now)


def lift_hash(*hashed: str, note: str | None = None, now: datetime) -> bool:
    """Do what ``lift`` does, for the hashes of an address; ``note`` is what a member of staff says of it."""
    # A START that is worked late lifts no STOP that came after it.
    before = [item for item in standing(*hashed) if item.lifted_at is None and item.suppressed_at <= now]
    lifted = [_lift(item, hashed, note, now) for item in before]
    return any(lifted)


def _lift(item: Suppression, hashed: Sequence[str], note: str | None, now: datetime) -> bool:
    unchanged = Suppression.lifted_at.does_not_exist() & (Suppression.suppressed_at == item.suppressed_at)
    actions = [Suppression.lifted_at.set(now), *([Suppression.note.set(note)] if note else [])]
    taken_back = Update(Suppression, item.pk, item.sk, actions, condition=unchanged, error=NotSuppressed)
    # Of a hold nobody was told, so nobody is told of its end.
    tells = recipients(*hashed) if item.reason in _TOLD else ()
    told = [AddressOptedIn(recipient_id=recipient) for recipient in tells]
    since = item.suppressed_at.isoformat()
    events = [outbox(event, at=now, event_id=f"{hashed[0]}-in-{since}-{event.recipient_id}") for event in told]
    try:
        return _kept(taken_back, events)
    except NotSuppressed:
        return False


def holders(hold: Suppression) -> list[str]:
    """Return the replies that a hold waits for."""
    return hold.source.split()


def held_too(hold: Suppression, source: str, *, error: Refusal) -> Update:
    """Return the write that lets a hold wait for one more reply; ``error`` where it is not as it was read."""
    return _waits(hold, [*holders(hold), source], error)


def let_go(hold: Suppression, source: str, *, error: Refusal, now: datetime) -> Update:
    """Return the write that ends what a hold waits for one reply for; with the last one it is lifted."""
    others = [one for one in holders(hold) if one != source]
    if others:
        return _waits(hold, others, error)
    return Update(
        Suppression, hold.pk, hold.sk, [Suppression.lifted_at.set(now)], condition=_as_read(hold), error=error
    )


def _waits(hold: Suppression, sources: Sequence[str], error: Refusal) -> Update:
    joined = [Suppression.source.set(" ".join(sources))]
    return Update(Suppression, hold.pk, hold.sk, joined, condition=_as_read(hold), error=error)


def _as_read(hold: Suppression) -> Condition:
    unchanged = (Suppression.source == hold.source) & (Suppression.reason == "REVIEW")
    standing: Condition = unchanged & Suppression.lifted_at.does_not_exist()
    return standing


def _kept(write: Put | Update, events: Sequence[Put]) -> bool:
    # Who is told beyond the first transaction is told before it, so that a retry after a crash tells them again.
    for event in events[TELLS:]:
        commit(event)
    transact([write, *events[:TELLS]])
    return True


SAID = "said:"
"""Before the source of what somebody said in words, and no provider found out."""


def said(item: Suppression) -> bool:
    """Tell whether whoever has the address said so."""
    return str(item.source).startswith(SAID)


def kinds_ended(standing: Sequence[Suppression]) -> list[str]:
    """Return the categories of mails to supporters that the owner of an address ended, of suppressions that stand.

    What they ended of the mails of their own account, or of questions by others, is theirs alone.
    """
    ended = {str(item.scope) for item in standing if item.reason == "UNSUBSCRIBED"}
    return sorted(scope for scope in ended if scope in CATEGORIES and CATEGORIES[scope].consent is Purpose.SUPPORT)


def recipients(*hashed: str) -> list[str]:
    """Return the ids of everybody who has an address, by its hashes."""
    keys = [(AddressEntry.pk == f"ADDRESS#{one}") & AddressEntry.sk.startswith("RECIPIENT#") for one in hashed]
    found = (item for key in keys for item in reads.query_all(AddressEntry, key))
    return list(dict.fromkeys(item["recipient_id"]["S"] for item in found))


def standing(*hashed: str) -> list[Suppression]:
    """Return every suppression of an address that there is or was, by its hashes."""
    keys = [(Suppression.pk == f"ADDRESS#{one}") & Suppression.sk.startswith(Suppression.SK) for one in hashed]
    return [Suppression.load(dict(item)) for key in keys for item in reads.query_all(Suppression, key)]


def unless_for(hashed: str, reasons: Sequence[str], *, error: Refusal) -> Check:
    """Return the write that holds a transaction to an address not being suppressed for one of these reasons.

    The function needs ``touches=[messaging.access.CHECK_ADDRESS]``.
    """
    otherwise = ~Suppression.reason.is_in(*reasons)
    free = Suppression.pk.does_not_exist() | Suppression.lifted_at.exists() | otherwise
    return Check(Suppression, f"ADDRESS#{hashed}", suppression_sk(), free, error)
