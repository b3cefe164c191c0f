"""What somebody was shown before they answered, and what they wrote: for the ledger of consent (X-A-01)."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from shared.kernel.storage import reads
from shared.messaging.message_items import MAY_LEAVE, REPLY_PREFIX, Attempt, Message, Reply, message_pk

_ATTEMPT = "ATTEMPT#"


@dataclass(frozen=True, slots=True)
class Shown:
    """Words that were sent.

    Attributes:
        version: which, e.g. ``consent.request/en/1``; the template alone where it never left.
        text_hash: SHA-256 of the words as sent; ``None`` where they are not kept any more.
        at: when they left, or began to.
        waits: they may still leave.
    """

    version: str
    text_hash: str | None
    at: datetime | None = None
    waits: bool = False


def shown(message_id: str) -> Shown | None:
    """Return the words that a message was last sent with; ``None`` for a message that is not known any more. One query.

    The function needs ``touches=[messaging.access.READ_DIRECTORY]``.
    """
    found = {one["sk"]["S"]: one for one in reads.query_all(Message, Message.pk == message_pk(message_id))}
    if Message.SK not in found:
        return None
    message = Message.load(dict(found[Message.SK]))
    attempts = [Attempt.load(dict(found[key])) for key in sorted(found) if key.startswith(_ATTEMPT)]
    said = [attempt for attempt in attempts if attempt.text is not None]
    if not said:
        return Shown(message.template, None, waits=message.status in MAY_LEAVE)
    last = said[-1]
    words = hashlib.sha256(last.text.encode()).hexdigest()
    return Shown(last.reference or message.template, words, last.sent_at or last.claimed_at)


@dataclass(frozen=True, slots=True)
class Replied:
    """What somebody wrote to us.

    Attributes:
        text: word for word.
        version: of the lists by which it was read, where they are told.
    """

    text: str
    version: str | None


DECIDED = ":decided"
"""After the id of a reply that staff read as an answer: the same words, taken in a second time."""


def written(message_id: str, reply_id: str) -> Replied | None:
    """Return what somebody wrote; ``None`` once it is no longer kept. One read.

    The function needs ``touches=[messaging.access.READ_DIRECTORY]``.
    """
    reply = reads.get(Reply, message_pk(message_id), f"{REPLY_PREFIX}{reply_id.removesuffix(DECIDED)}")
    return Replied(reply.text, reply.version) if reply else None
