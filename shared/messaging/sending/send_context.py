"""Facts: what the gate decides on, read in two calls, and what a claim is held to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.categories import PHONE, Category, Channel
from shared.kernel.config import settings_of
from shared.kernel.storage import reads
from shared.kernel.storage.items import Item
from shared.kernel.text.forms import address_forms
from shared.messaging import phones
from shared.messaging.categories import category
from shared.messaging.domain import MessagingSettings
from shared.messaging.items import (
    AddressState,
    Consent,
    RecipientItem,
    Suppression,
    address_pks,
    consent_sk,
    recipient_pk,
    suppression_sk,
)
from shared.messaging.limit_items import SendCounter, Sender, sender_pk
from shared.messaging.message_items import Message
from shared.messaging.phones import Phone
from shared.messaging.recipients.hours import Week, Whereabouts, every_day
from shared.messaging.sending import budgets, counters
from shared.messaging.sending.budgets import Limit
from shared.messaging.sending.counters import Counter
from shared.messaging.sending.gate import ChannelOption, Facts, Person
from shared.messaging.sending.requests import topic_key

CONVERSATION = timedelta(hours=24)
"""How long after the person wrote by WhatsApp we may write in our own words (X-A-28)."""

REGISTERING = frozenset({"US", "PR", "GU", "VI", "AS", "MP"})
"""Countries whose carriers only take texts of registered senders (10DLC, X-A-42)."""

Key = tuple[type[Item], str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """What is known of one address."""

    states: tuple[AddressState, ...]
    suppressions: tuple[Suppression, ...]


@dataclass(frozen=True, slots=True)
class SendContext:
    """A message and everything that was read to judge it.

    Attributes:
        message: the message.
        category: what kind it is.
        facts: what the gate decides on.
        recipient: the directory's entry, ``None`` where there is none.
        phone: what the phone number tells, ``None`` where there is none.
        limits: budgets of the phone number.
        counters: what was sent, where it is counted.
        texted: the phone number has had a text before.
    """

    message: Message
    category: Category
    facts: Facts
    recipient: RecipientItem | None
    phone: Phone | None
    limits: tuple[Limit, ...]
    counters: dict[Counter, SendCounter | None]
    texted: bool


def read(message: Message, now: datetime) -> SendContext:
    """Read what a decision about a message stands on: two calls."""
    kind = category(message.category)
    recipient, consent, sender, over = _matter(message, kind)
    to_phone, to_mail = _addresses(message, recipient)
    phone = phones.describe(to_phone) if to_phone else None
    addresses = [address for address in (to_phone, to_mail) if address]
    counted = counters.counters(message, kind, addresses)
    places, counts, limits = _places(kind, addresses, counted, phone, budgets.payer(message.subject_id, kind.name))
    ways = tuple(
        _way(message, kind, channel, places, now, sender=sender, phone=phone, to=(to_phone, to_mail))
        for channel in _order(message, kind, recipient)
    )
    facts = Facts(
        now=now,
        category=kind,
        valid_until=message.valid_until,
        closed=over,
        person=_person(recipient),
        direct=message.to is not None,
        consented=frozenset(Channel(str(one)) for one in consent.channels)
        if consent and consent.given
        else frozenset(),
        ways=ways,
        tried=_tried(message),
        whereabouts=Whereabouts(
            recipient.clock_zone if recipient else None,
            phone.zones if phone else (),
            phone.area_code if phone else None,
        ),
        narrower=_narrower(message, recipient),
        counts=counters.counts(message, counts),
        yields=counters.yields(message, kind, counts, now),
    )
    states = places[to_phone].states if to_phone else ()
    texted = any(state.first_text_at is not None for state in states)
    return SendContext(message, kind, facts, recipient, phone, limits, counts, texted)


def _tried(message: Message) -> frozenset[Channel]:
    """Return the channels that were used up; whoever got a voice message with the text needs no second call."""
    tried = frozenset(Channel(str(one)) for one in message.tried or ())
    return tried | {Channel.VOICE} if message.voicemail else tried


def _matter(message: Message, kind: Category) -> tuple[RecipientItem | None, Consent | None, Sender | None, str | None]:
    """Return the recipient, what they agreed to, our sender, and why the matter is over, if it is. One call."""
    pk = recipient_pk(message.recipient_id)
    wanted: list[Key] = [(RecipientItem, pk, RecipientItem.SK)]
    if kind.consent:
        wanted.append((Consent, pk, consent_sk(kind.consent)))
    if sender := settings_of(MessagingSettings).twilio_messaging_service:
        wanted.append((Sender, sender_pk(sender), Sender.SK))
    topics = [topic_key(str(topic)) for topic in message.topics or ()]
    subjects: list[Key] = [subject_key(message.subject_id)] if message.subject_id else []
    keys = [*wanted, *topics, *subjects]
    found = dict(zip(keys, reads.get_many(keys), strict=True))
    by_model = {model: found[model, pk, sk] for model, pk, sk in wanted}
    closed = [found[key].reason for key in topics if found[key]]
    suspended = ["SUSPENDED" for key in subjects if found[key] and found[key].suspended]
    return by_model[RecipientItem], by_model.get(Consent), by_model.get(Sender), next(iter([*closed, *suspended]), None)


def subject_key(user_id: str) -> Key:
    """Return where it is read whether anything may go out in the name of a user."""
    return RecipientItem, recipient_pk(user_id), RecipientItem.SK


def _addresses(message: Message, recipient: RecipientItem | None) -> tuple[str | None, str | None]:
    """Return the phone number and the mail address that a message may go to."""
    if message.to:
        return (None, _kept(message.to)) if "@" in message.to else (message.to, None)
    return (recipient.phone, _kept(recipient.email)) if recipient else (None, None)


def _kept(email: str | None) -> str | None:
    """Return a mail address in its one form, in which it is written to, also where it is not stored so yet."""
    return address_forms(email)[0] if email else None


def _places(
    kind: Category, addresses: list[str], counted: list[Counter], phone: Phone | None, payer: str
) -> tuple[dict[str, Place], dict[Counter, SendCounter | None], tuple[Limit, ...]]:
    scopes = (suppression_sk(), suppression_sk(kind.name))
    of_addresses = {address: _keys_of(address, scopes) for address in addresses}
    of_budgets = budgets.keys(phone, payer) if phone else []
    wanted: list[Key] = [key for keys in of_addresses.values() for key in keys]
    wanted += [*(counter.key for counter in counted), *of_budgets]
    found = dict(zip(wanted, reads.get_many(wanted), strict=True)) if wanted else {}
    places = {address: _place([found[key] for key in keys]) for address, keys in of_addresses.items()}
    limits = budgets.limits(phone, payer, [found[key] for key in of_budgets]) if phone else ()
    return places, {counter: found[counter.key] for counter in counted}, limits


def _keys_of(address: str, scopes: tuple[str, ...]) -> list[Key]:
    """Return where something of an address may lie, under either of its forms."""
    pks = address_pks(address)
    states: list[Key] = [(AddressState, pk, AddressState.SK) for pk in pks]
    return states + [(Suppression, pk, sk) for pk in pks for sk in scopes]


def _place(found: Sequence[Item | None]) -> Place:
    states = tuple(item for item in found if isinstance(item, AddressState))
    return Place(states, tuple(item for item in found if isinstance(item, Suppression)))


def _order(message: Message, kind: Category, recipient: RecipientItem | None) -> tuple[Channel, ...]:
    """Return the channels to try: the request's, else the recipient's preference among the category's."""
    if message.channels:
        return tuple(Channel(str(name)) for name in message.channels)
    wanted = [Channel(str(name)) for name in (recipient.channels or ()) if name in kind.channels] if recipient else []
    return tuple(wanted) or kind.channels


def _way(
    message: Message,
    kind: Category,
    channel: Channel,
    places: dict[str, Place],
    now: datetime,
    *,
    sender: Sender | None,
    phone: Phone | None,
    to: tuple[str | None, str | None],
) -> ChannelOption:
    to_phone, to_mail = to
    if channel is Channel.IN_APP:
        user = message.recipient_id if message.recipient_id.startswith("usr_") and not message.to else None
        return ChannelOption(channel, user)
    address = to_phone if channel in PHONE else to_mail
    if address is None:
        return ChannelOption(channel, None)
    place = places[address]
    heard = max((state.heard_at for state in place.states if state.heard_at), default=None)
    return ChannelOption(
        channel,
        address,
        suppressed=_suppressed(message, kind, place),
        unfit=_unfit(channel, phone, sender) if phone and channel in PHONE else None,
        conversation=channel is Channel.WHATSAPP and heard is not None and now < heard + CONVERSATION,
    )


def _suppressed(message: Message, kind: Category, place: Place) -> str | None:
    """Return what holds for an address; the confirmation of a STOP passes the very suppression that it confirms."""
    for item in place.suppressions:
        if item.lifted_at is None and not confirms(message, kind, item):
            return f"SUPPRESSED_{item.reason}"
    return None


def confirms(message: Message, kind: Category, item: Suppression) -> bool:
    """Tell whether a message is the one confirmation of a STOP: an answer whose ``about`` is the STOP's source."""
    return kind.name == "service" and item.reason == "STOP" and item.source == message.about


def _unfit(channel: Channel, phone: Phone, sender: Sender | None) -> str | None:
    told = settings_of(MessagingSettings)
    ours = {
        Channel.SMS: told.twilio_messaging_service,
        Channel.VOICE: told.twilio_voice_from,
        Channel.WHATSAPP: told.twilio_whatsapp_from,
    }[channel]
    if not ours:
        return "NO_SENDER"
    if not phone.personal:
        return "NO_PERSON"
    if not phone.reached:
        return "COUNTRY"
    if channel is not Channel.VOICE and not phone.texts:
        return "LANDLINE"
    if channel is Channel.SMS and phone.country in REGISTERING and (sender is None or sender.status != "REGISTERED"):
        return "SENDER_UNREGISTERED"
    return None


def _person(recipient: RecipientItem | None) -> Person | None:
    if recipient is None:
        return None
    muted = frozenset(str(pair) for pair in recipient.muted or ())
    return Person(active=recipient.active, paused_until=recipient.paused_until, muted=muted)


def _narrower(message: Message, recipient: RecipientItem | None) -> tuple[Week, ...]:
    windows = [(message.from_minute, message.to_minute)]
    if recipient:
        windows.append((recipient.from_minute, recipient.to_minute))
    return tuple(every_day(first, last) for first, last in windows if first is not None and last is not None)
