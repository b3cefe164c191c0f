"""Recipients known by two mail addresses (A-labels) or two numbers (``phones.forms``) move to the one form.

What is known of an address by its hash moves with it: who has it, what was sent to it, and what must not be.
"""

from collections.abc import Callable, Iterator
from typing import Any

from shared.kernel.storage import reads
from shared.kernel.storage.items import Item
from shared.kernel.storage.moving import Outcome
from shared.kernel.storage.writes import ConditionFailed, Delete, Put, Update, commit, transact
from shared.kernel.text.forms import address_forms
from shared.messaging.items import AddressEntry, AddressState, RecipientItem, Suppression, address_pks
from shared.messaging.limit_items import SendCounter

Merge = Callable[[Any, Any], Any]


def move(recipient: RecipientItem) -> Outcome:
    """Keep a recipient, and all that is known of their address, under its one form.

    A local part that no mail can be sent to is left: its owner has to name another address.
    """
    if recipient.email is None:
        return Outcome.SAME
    kept = address_forms(recipient.email)[0]
    if not kept.isascii():
        return Outcome.LEFT
    own, *others = address_pks(recipient.email)
    try:
        moved = [row for other in others for row in _known(other)]
        for row in moved:
            _move(row, own)
        if recipient.email == kept:
            return Outcome.MOVED if moved else Outcome.SAME
        commit(_address_moved(recipient, kept))
    except ConditionFailed:
        return Outcome.CHANGED
    return Outcome.MOVED


def move_number(recipient: RecipientItem) -> Outcome:
    """Keep all that is known of a recipient's number under its one form; the number itself stays as it was stored."""
    if recipient.phone is None:
        return Outcome.SAME
    own, *others = address_pks(recipient.phone)
    try:
        moved = [row for other in others for row in _known(other)]
        for row in moved:
            _move(row, own)
    except ConditionFailed:
        return Outcome.CHANGED
    return Outcome.MOVED if moved else Outcome.SAME


def _known(pk: str) -> Iterator[Item]:
    for begins, model in _KINDS.items():
        key = (model.pk == pk) & model.sk.startswith(begins)
        yield from (model.load(dict(found)) for found in reads.query_all(model, key, consistent=True))


def _move(row: Item, pk: str) -> None:
    """Move a row in one transaction; with one that is there already, what is stricter stands."""
    there = reads.get(type(row), pk, row.sk)
    before = Delete(type(row), row.pk, row.sk, condition=_as_read(row))
    free = _as_read(there) if there is not None else type(row).pk.does_not_exist()
    stands = _MERGES[type(row)](row, there) if there is not None else row
    stands.pk = pk
    transact([Put(stands, condition=free), before])


def _as_read(row: Any) -> Any:
    match row:
        case Suppression():
            lifted = Suppression.lifted_at
            same = lifted == row.lifted_at if row.lifted_at else lifted.does_not_exist()
            return (Suppression.suppressed_at == row.suppressed_at) & same
        case SendCounter():
            return SendCounter.version == row.version
    return type(row).pk.exists()


def _stricter(before: Suppression, there: Suppression) -> Suppression:
    """Return which suppression stands: one that stands wins over one that was lifted, a no over a hold for review."""
    return max((there, before), key=lambda one: (one.lifted_at is None, one.reason != "REVIEW"))


def _together(before: SendCounter, there: SendCounter) -> SendCounter:
    there.sends = sorted({*before.sends, *there.sends})
    there.expires_at = max(before.expires_at, there.expires_at)
    there.version += 1
    return there


def _known_since(before: AddressState, there: AddressState) -> AddressState:
    there.first_text_at = min(filter(None, (before.first_text_at, there.first_text_at)), default=None)
    there.heard_at = max(filter(None, (before.heard_at, there.heard_at)), default=None)
    return there


_KINDS: dict[str, Any] = {
    "RECIPIENT#": AddressEntry,
    AddressState.SK: AddressState,
    Suppression.SK: Suppression,
    "SENDS#": SendCounter,
}
"""What lies in an address's partition, by how its sort key begins."""

_MERGES: dict[type[Item], Merge] = {
    AddressEntry: lambda _, there: there,
    AddressState: _known_since,
    Suppression: _stricter,
    SendCounter: _together,
}


def _address_moved(recipient: RecipientItem, kept: str) -> Update:
    # The version makes a message that was judged by the entry as it was be judged again.
    actions = [RecipientItem.email.set(kept), RecipientItem.version.add(1)]
    as_read = RecipientItem.email == recipient.email
    return Update(RecipientItem, recipient.pk, recipient.sk, actions, condition=as_read)
