"""The directory: who can be reached, and how. The owner of a relation enlists people in its own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pynamodb.expressions.update import Action

from shared.kernel.categories import Channel, Purpose
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Delete, Put, Update, Write
from shared.messaging import phones
from shared.messaging.items import (
    AddressEntry,
    Consent,
    RecipientItem,
    address_pk,
    address_pks,
    consent_sk,
    recipient_pk,
)
from shared.messaging.recipients.hours import Whereabouts


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who may be reached.

    Attributes:
        recipient_id: the owner's id of them: ``usr_…``, ``ptn_…``, ``led_…``.
        name: how they are addressed.
        phone: E.164.
        email: mail address.
        channels: in order of preference; empty for the category's order.
        voicemail: a voice message goes with each text.
        locale: language of the words, e.g. ``en``.
        zone: IANA time zone; ``None`` to go by the phone number.
        hours: own hours, minutes of the local day.
        home_zone: of a user, where they live as another domain knows it.
        active: whether the relation goes on.
    """

    recipient_id: str
    name: str
    phone: str | None = None
    email: str | None = None
    channels: tuple[Channel, ...] = ()
    voicemail: bool = False
    locale: str = "en"
    zone: str | None = None
    hours: tuple[int, int] | None = None
    home_zone: str | None = None
    active: bool = True

    @property
    def clock_zone(self) -> str | None:
        """The zone by whose clocks they are told things: what they chose, else where they live."""
        return self.zone or self.home_zone


@dataclass(frozen=True, slots=True)
class Consented:
    """Whether somebody agreed to be contacted for a purpose, and that on any channel."""

    recipient: Recipient | None
    given: bool


def recipient_of(recipient_id: str) -> Recipient | None:
    """Return somebody as the directory knows them, ``None`` where it does not. One read."""
    item = reads.get(RecipientItem, recipient_pk(recipient_id), RecipientItem.SK)
    return _known(item) if item else None


def recipients_of(recipient_ids: Sequence[str]) -> list[Recipient | None]:
    """Return people as the directory knows them, in the order asked for. One call for up to 100; none for nobody."""
    keys = [(RecipientItem, recipient_pk(one), RecipientItem.SK) for one in recipient_ids]
    return [_known(item) if item else None for item in (reads.get_many(keys) if keys else ())]


def consented_of(recipient_ids: Sequence[str], purpose: Purpose) -> dict[str, Consented]:
    """Return, by their ids, people with what they agreed to. One call for up to 50; none for nobody."""
    if not recipient_ids:
        return {}
    known = [(RecipientItem, recipient_pk(one), RecipientItem.SK) for one in recipient_ids]
    agreed = [(Consent, recipient_pk(one), consent_sk(purpose)) for one in recipient_ids]
    found = reads.get_many([*known, *agreed])
    pairs = zip(recipient_ids, found[: len(known)], found[len(known) :], strict=True)
    return {one: Consented(_known(item) if item else None, _given(consent)) for one, item, consent in pairs}


def _given(consent: Consent | None) -> bool:
    return bool(consent and consent.given and consent.channels)


def _known(item: RecipientItem) -> Recipient:
    own_hours = item.from_minute is not None and item.to_minute is not None
    return Recipient(
        recipient_id=item.recipient_id,
        name=item.name,
        phone=item.phone,
        email=item.email,
        channels=tuple(Channel(channel) for channel in item.channels or ()),
        voicemail=bool(item.voicemail),
        locale=item.locale,
        zone=item.zone,
        hours=(item.from_minute, item.to_minute) if own_hours else None,
        home_zone=item.home_zone,
        active=item.active,
    )


def _item(entry: Recipient) -> RecipientItem:
    from_minute, to_minute = entry.hours or (None, None)
    return RecipientItem(
        pk=recipient_pk(entry.recipient_id),
        sk=RecipientItem.SK,
        recipient_id=entry.recipient_id,
        name=entry.name,
        phone=entry.phone,
        email=entry.email,
        channels=[str(channel) for channel in entry.channels] or None,
        voicemail=entry.voicemail or None,
        locale=entry.locale,
        zone=entry.zone,
        from_minute=from_minute,
        to_minute=to_minute,
        active=True,
        version=1,
    )


def zones(entry: Recipient) -> tuple[str, ...]:
    """Return every zone that somebody may be in: their own word, else those of their number, else the home market's.

    The function needs ``layers=["text"]``.
    """
    return Whereabouts(entry.clock_zone, phones.describe(entry.phone).zones if entry.phone else ()).zones()


def enlist(entry: Recipient) -> list[Write]:
    """Return the writes that add a new recipient: one, and one for each address."""
    addresses = [address for address in (entry.phone, entry.email) if address]
    return [Put(_item(entry)), *(_known_by(address, entry.recipient_id) for address in addresses)]


def _known_by(address: str, recipient_id: str) -> Put:
    return Put(AddressEntry(pk=address_pk(address), sk=recipient_pk(recipient_id), recipient_id=recipient_id))


def forget_address(address: str, recipient_id: str) -> list[Delete]:
    """Return the writes that part a recipient from an address they no longer have."""
    return [Delete(AddressEntry, pk, recipient_pk(recipient_id)) for pk in address_pks(address)]


@dataclass(frozen=True, slots=True)
class Wishes:
    """How somebody who can be reached wants to be.

    Attributes:
        channels: in order of preference.
        voicemail: a voice message goes with each text.
        locale: language of the words.
        hours: own hours, minutes of the local day; ``None`` for no own.
    """

    channels: tuple[Channel, ...]
    voicemail: bool
    locale: str
    hours: tuple[int, int] | None


def wishing(recipient_id: str, wishes: Wishes) -> Update:
    """Return the write that keeps how a recipient wants to be reached."""
    from_minute, to_minute = wishes.hours or (None, None)
    actions = [
        RecipientItem.channels.set([str(channel) for channel in wishes.channels]),
        RecipientItem.voicemail.set(wishes.voicemail),
        RecipientItem.locale.set(wishes.locale),
        RecipientItem.from_minute.remove() if from_minute is None else RecipientItem.from_minute.set(from_minute),
        RecipientItem.to_minute.remove() if to_minute is None else RecipientItem.to_minute.set(to_minute),
    ]
    return _changed(recipient_id, actions)


def known_as(recipient_id: str, *, name: str, locale: str, zone: str | None) -> Update:
    """Return the write that keeps how a recipient is called, and where their clocks are."""
    placed = RecipientItem.zone.set(zone) if zone else RecipientItem.zone.remove()
    return _changed(recipient_id, [RecipientItem.name.set(name), RecipientItem.locale.set(locale), placed])


def paused(recipient_id: str, until: datetime | None) -> Update:
    """Return the write that lets a recipient rest until an instant, or takes that back."""
    rest = RecipientItem.paused_until.set(until) if until else RecipientItem.paused_until.remove()
    return _changed(recipient_id, [rest])


def active(recipient_id: str, *, is_active: bool) -> Update:
    """Return the write that ends the relation with a recipient, or takes it up again."""
    return _changed(recipient_id, [RecipientItem.active.set(is_active)])


def _changed(recipient_id: str, actions: Sequence[Action]) -> Update:
    # The version makes a message that was judged by the entry as it was fail its claim, and be judged again.
    return Update(
        RecipientItem,
        recipient_pk(recipient_id),
        RecipientItem.SK,
        [*actions, RecipientItem.version.add(1)],
        condition=RecipientItem.pk.exists(),
    )
