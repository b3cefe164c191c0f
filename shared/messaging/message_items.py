"""What messaging stores about messages: each with its attempts, and the counters it was held to."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute

from shared.kernel.due import DueIndexed
from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, IntegerAttribute, Item
from shared.messaging.items import DOMAIN

DUE_KIND = "message"

MESSAGE_PREFIX = "MESSAGE#"


def message_pk(message_id: str) -> str:
    """Return the partition of a message."""
    return f"{MESSAGE_PREFIX}{message_id}"


MAY_LEAVE = frozenset({"QUEUED", "DEFERRED", "SENDING"})
"""Statuses of a message that nobody has taken yet."""


class Message(DueIndexed):
    """One message to one recipient. Its id derives from the ``key`` that whoever asked for it gave it.

    | key | value | access |
    |---|---|---|
    | pk | ``MESSAGE#<message>`` | send, deliver, delivery log (with its attempts: one query) |
    | sk | ``MESSAGE`` | |
    | due | kind ``message``, when something is to be done | sweep: deferred, unknown, undelivered |
    | recipients | ``<recipient>``, when it was asked for | what went out to somebody, for operators |

    ``status``: QUEUED, DEFERRED, SENDING, SENT, DELIVERED, FAILED, BLOCKED, CANCELLED, EXPIRED. ``reason`` says why it
    is blocked, deferred, cancelled or failed. ``variables`` are read with ``variables.given``. ``attempt`` counts the
    claims, ``retries`` those on the present channel; ``tried`` are the channels that were used up. ``allowed_at`` is
    when it could have left. ``unconfirmed`` tells that a channel took it and another was tried, because nobody said
    that it arrived. ``voicemail`` tells that its voice message was asked for; that one names it in
    ``companion_of``. Every write counts ``version`` up and is conditional on it.
    """

    domain = DOMAIN
    SK = "MESSAGE"

    message_id = UnicodeAttribute()
    recipient_id = UnicodeAttribute()
    category = UnicodeAttribute()
    template = UnicodeAttribute()
    variables = UnicodeAttribute()
    topics: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    about = UnicodeAttribute(null=True)
    subject_id = UnicodeAttribute(null=True)
    channels: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    to = UnicodeAttribute(null=True)
    from_minute = IntegerAttribute(null=True)
    to_minute = IntegerAttribute(null=True)
    status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    channel = UnicodeAttribute(null=True)
    attempt = IntegerAttribute()
    retries = IntegerAttribute(null=True)
    tried: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    unconfirmed = BooleanAttribute(null=True)
    voicemail = BooleanAttribute(null=True)
    companion_of = UnicodeAttribute(null=True)
    version = IntegerAttribute()
    requested_at = InstantAttribute()
    allowed_at = InstantAttribute(null=True)
    sent_at = InstantAttribute(null=True)
    valid_until = InstantAttribute()
    expires_at = ExpiryAttribute()


ATTEMPT_PREFIX = "ATTEMPT#"


def attempt_sk(number: int) -> str:
    """Return the sort key of an attempt."""
    return f"{ATTEMPT_PREFIX}{number:03d}"


REPLY_PREFIX = "REPLY#"


class Reply(Item):
    """What somebody wrote in answer to a message, word for word (S-A-36); events have no words.

    ``version`` is of the lists by which it was read (``inbound.answers``).

    | key | value | access |
    |---|---|---|
    | pk | ``MESSAGE#<message>`` | with the message's attempts: one query |
    | sk | ``REPLY#<provider's id>`` | |
    """

    domain = DOMAIN

    text = UnicodeAttribute()
    version = UnicodeAttribute(null=True)
    at = InstantAttribute()
    expires_at = ExpiryAttribute()


class Attempt(Item):
    """One try on one channel: claimed before the provider is asked, its outcome noted after (X-A-26, X-A-35).

    | key | value | access |
    |---|---|---|
    | pk | ``MESSAGE#<message>`` | status callbacks, delivery log |
    | sk | ``ATTEMPT#<number, three digits>`` | |

    ``state``: CLAIMED, UNKNOWN, REFUSED, LOST, QUEUED, SENT, UNDELIVERED, FAILED, DELIVERED, READ; it only moves on
    (``sending.progress.RANKS``). ``address`` is where it went. ``text`` is what was said, kept for asking the
    provider whether it has it; not of messages whose words are confidential. ``reference`` names the exact words.
    ``first_text`` tells that they end with the brand and the opt-out words, because the number had no text before.
    """

    domain = DOMAIN

    message_id = UnicodeAttribute()
    attempt = IntegerAttribute()
    channel = UnicodeAttribute()
    address = UnicodeAttribute()
    state = UnicodeAttribute()
    provider_id = UnicodeAttribute(null=True)
    code = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    reference = UnicodeAttribute(null=True)
    segments = IntegerAttribute(null=True)
    first_text = BooleanAttribute(null=True)
    answered_by = UnicodeAttribute(null=True)
    claimed_at = InstantAttribute()
    sent_at = InstantAttribute(null=True)
    delivered_at = InstantAttribute(null=True)
    expires_at = ExpiryAttribute()
