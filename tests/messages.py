"""People who agreed to be written to, and messages to them, stored as their owners leave them."""

from datetime import datetime
from typing import Any

from shared import messaging
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit, transact
from shared.messaging import Channel, MessageRequest, Purpose, Statement
from shared.messaging.domain import TEXT_COUNTRIES
from shared.messaging.items import address_hash
from shared.messaging.limit_items import Sender, sender_pk
from shared.messaging.message_items import Attempt, Message, message_pk
from shared.messaging.recipients import directory
from tests import outbox
from tests.clock import START

PAT, PHONE, MAIL = "ptn_pat", "+12125550123", "pat@example.com"
LONDON = "+447911123456"
SENDER = "MG" + "0" * 32
ENVIRONMENT = {
    "WELLSPRING_TWILIO_MESSAGING_SERVICE": SENDER,
    "WELLSPRING_TWILIO_VOICE_FROM": "+15005550006",
    "WELLSPRING_TWILIO_WHATSAPP_FROM": "+15005550006",
    "WELLSPRING_TEXT_COUNTRIES": f"{TEXT_COUNTRIES} AR BR MX NP",
    "WELLSPRING_PUBLIC_URL": "https://api.wellspring.example",
}
EVERY_CHANNEL = (Channel.SMS, Channel.WHATSAPP, Channel.EMAIL, Channel.VOICE)

ASK = "escalation.day-2"
WORDS = {"partner_name": "Pat", "user_name": "Ada", "goal": "morning run", "days": "2"}


def register_sender(status: str = "REGISTERED", *, sender: str = SENDER) -> None:
    """Note what carriers say of a sender."""
    fields = {"sender": sender, "status": status, "changed_at": START, "changed_by": "usr_admin"}
    commit(Put(Sender(pk=sender_pk(sender), sk=Sender.SK, **fields)))


def enlist(recipient_id: str = PAT, *, consents: tuple[Channel, ...] = EVERY_CHANNEL, **changes: Any) -> str:
    """Put a partner in London into the directory who agreed to hear by these channels, and return their id."""
    fields: dict[str, Any] = {
        "name": "Pat",
        "phone": PHONE,
        "email": MAIL,
        "channels": (Channel.SMS, Channel.EMAIL),
        "zone": "Europe/London",
    }
    transact(messaging.enlist(messaging.Recipient(recipient_id, **fields | changes)))
    if consents:
        agree(recipient_id, *consents)
    return recipient_id


def agree(recipient_id: str, *channels: Channel, kind: Any = "GIVEN", at: datetime = START) -> None:
    """Let a partner say what they agree to."""
    transact(messaging.stated(Statement(recipient_id, kind, Purpose.SUPPORT, channels, "WEB_PAGE"), now=at))


def leave(recipient_id: str) -> None:
    """Let the relation with somebody end."""
    commit(directory.active(recipient_id, is_active=False))


def suspend(user_id: str = "usr_ada", *, suspended: bool = True) -> None:
    """Let nothing go out in the name of a user any more, or let it again."""
    commit(messaging.set_suspended_write(user_id, suspended=suspended))


def rest(recipient_id: str, until: datetime) -> None:
    """Let somebody ask for rest."""
    commit(directory.paused(recipient_id, until))


def ask(key: str = "ask-1", *, to: str = PAT, at: datetime = START, **changes: Any) -> str:
    """Ask for a message and return its id."""
    fields: dict[str, Any] = {
        "category": "partner-ask",
        "template": ASK,
        "variables": WORDS,
        "topics": ("run:1",),
        "about": f"contact:{key}",
        "subject_id": "usr_ada",
    }
    wanted = MessageRequest(key=key, recipient_id=to, **fields | changes)
    transact(messaging.request(wanted, now=at))
    return wanted.message_id


def queued() -> list[str]:
    """Return the ids of all messages that were asked for."""
    return [event["message_id"] for event in outbox.sent("messaging", "MessageQueued")]


def close(topic: str = "run:1", *, at: datetime = START) -> None:
    """Let a matter be over."""
    commit(messaging.close_topic(topic, "LOGGED", now=at))


def standing(message_id: str) -> Message:
    """Return a message as it stands."""
    found = reads.get(Message, message_pk(message_id), Message.SK)
    assert found is not None
    return found


def attempts(message_id: str) -> list[Attempt]:
    """Return the attempts at a message."""
    key = (Attempt.pk == message_pk(message_id)) & Attempt.sk.startswith("ATTEMPT#")
    return [Attempt.load(dict(found)) for found in reads.query_all(Attempt, key, consistent=True)]


def summary(message_id: str) -> tuple[str, str | None, list[tuple[str, str]]]:
    """Return what became of a message: its status, the reason, and each attempt's channel and state."""
    message = standing(message_id)
    return message.status, message.reason, [(one.channel, one.state) for one in attempts(message_id)]


def hashed(address: str = PHONE) -> str:
    """Return the hash of an address."""
    return address_hash(address)
