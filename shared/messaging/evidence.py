"""What somebody was shown before they answered: the exact words, for the ledger of consent (X-A-01)."""

import hashlib
from dataclasses import dataclass

from shared.kernel.storage import reads
from shared.messaging.message_items import Attempt, Message, message_pk

_ATTEMPT = "ATTEMPT#"


@dataclass(frozen=True, slots=True)
class Shown:
    """Words that were sent.

    Attributes:
        version: which, e.g. ``consent.request/en/1``; the template alone where it never left.
        text_hash: SHA-256 of the words as sent; ``None`` where they are not kept any more.
    """

    version: str
    text_hash: str | None


def shown(message_id: str) -> Shown | None:
    """Return the words that a message was last sent with; ``None`` for a message that is not known any more. One query.

    The function needs ``touches=[messaging.access.READ_DIRECTORY]``.
    """
    found = {one["sk"]["S"]: one for one in reads.query_all(Message, Message.pk == message_pk(message_id))}
    if Message.SK not in found:
        return None
    template = Message.load(dict(found[Message.SK])).template
    attempts = [Attempt.load(dict(found[key])) for key in sorted(found) if key.startswith(_ATTEMPT)]
    said = [attempt for attempt in attempts if attempt.text is not None]
    if not said:
        return Shown(template, None)
    last = said[-1]
    return Shown(last.reference or template, hashlib.sha256(last.text.encode()).hexdigest())
