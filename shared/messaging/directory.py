"""The directory: who can be reached, and how. The owner of a relation enlists people in its own transaction."""

from dataclasses import dataclass

from shared.kernel.storage.writes import Delete, Put, Write
from shared.messaging.channels import Channel
from shared.messaging.items import AddressEntry, Recipient, address_pk, recipient_pk


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


def enlist(entry: Entry) -> list[Write]:
    """Return the writes that add a new recipient: one, and one for each address."""
    from_minute, to_minute = entry.hours or (None, None)
    recipient = Recipient(
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
    addresses = [address for address in (entry.phone, entry.email) if address]
    return [Put(recipient), *(_known_by(address, entry.recipient_id) for address in addresses)]


def _known_by(address: str, recipient_id: str) -> Put:
    return Put(AddressEntry(pk=address_pk(address), sk=recipient_pk(recipient_id), recipient_id=recipient_id))


def forget_address(address: str, recipient_id: str) -> Delete:
    """Return the write that parts a recipient from an address they no longer have."""
    return Delete(AddressEntry, address_pk(address), recipient_pk(recipient_id))
