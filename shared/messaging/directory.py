"""The directory: who can be reached, and how. The owner of a relation enlists people in its own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pynamodb.expressions.update import Action

from shared.kernel.categories import Channel
from shared.kernel.storage.writes import Delete, Put, Update, Write
from shared.messaging import phones
from shared.messaging.hours import Whereabouts
from shared.messaging.items import AddressEntry, Recipient, address_pk, address_pks, recipient_pk


@dataclass(frozen=True, slots=True)
class Entry:
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


def recipient(entry: Entry) -> Recipient:
    """Return the item of a new recipient."""
    from_minute, to_minute = entry.hours or (None, None)
    return Recipient(
        pk=recipient_pk(entry.recipient_id),
        sk=Recipient.SK,
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


def enlist(entry: Entry) -> list[Write]:
    """Return the writes that add a new recipient: one, and one for each address."""
    addresses = [address for address in (entry.phone, entry.email) if address]
    return [Put(recipient(entry)), *(_known_by(address, entry.recipient_id) for address in addresses)]


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
        Recipient.channels.set([str(channel) for channel in wishes.channels]),
        Recipient.voicemail.set(wishes.voicemail),
        Recipient.locale.set(wishes.locale),
        Recipient.from_minute.remove() if from_minute is None else Recipient.from_minute.set(from_minute),
        Recipient.to_minute.remove() if to_minute is None else Recipient.to_minute.set(to_minute),
    ]
    return _changed(recipient_id, actions)


def known_as(recipient_id: str, *, name: str, locale: str, zone: str | None) -> Update:
    """Return the write that keeps how a recipient is called, and where their clocks are."""
    placed = Recipient.zone.set(zone) if zone else Recipient.zone.remove()
    return _changed(recipient_id, [Recipient.name.set(name), Recipient.locale.set(locale), placed])


def paused(recipient_id: str, until: datetime | None) -> Update:
    """Return the write that lets a recipient rest until an instant, or takes that back."""
    rest = Recipient.paused_until.set(until) if until else Recipient.paused_until.remove()
    return _changed(recipient_id, [rest])


def active(recipient_id: str, *, is_active: bool) -> Update:
    """Return the write that ends the relation with a recipient, or takes it up again."""
    return _changed(recipient_id, [Recipient.active.set(is_active)])


def _changed(recipient_id: str, actions: Sequence[Action]) -> Update:
    # The version makes a message that was judged by the entry as it was fail its claim, and be judged again.
    return Update(
        Recipient,
        recipient_pk(recipient_id),
        Recipient.SK,
        [*actions, Recipient.version.add(1)],
        condition=Recipient.pk.exists(),
    )
