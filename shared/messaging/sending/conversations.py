"""Open conversations: matters on which somebody who was written to may answer (X-A-27)."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.kernel.categories import PHONE, Channel
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, Write
from shared.messaging.categories import category
from shared.messaging.conversation_items import Conversation, Kind, Question
from shared.messaging.message_items import Message

KINDS: Mapping[str, Kind] = {"consent-request": "CONSENT", "partner-notice": "NOTICE"}
"""What the messages of a category are answered with; those of every other are with 1, 2 or 3."""

OPEN: Mapping[Kind, timedelta] = {
    "CONSENT": timedelta(days=30),
    "ASK": timedelta(days=7),
    "NOTICE": timedelta(days=7),
}
"""How long an answer is taken: late ones count, too. Who was asked may agree until they can be asked again."""

OTHERWISE = ""
"""What a matter is called where its message named nobody: each language has words for such a person."""


def opened(message: Message, hashed: str, channel: Channel, *, now: datetime) -> list[Write]:
    """Return the writes that await an answer to a message, to be committed with the note that it was sent.

    Args:
        message: what was sent.
        hashed: hash of the number that it was sent to.
        channel: how; a mail is answered by its link.
        now: when.
    """
    if not category(message.category).reply or message.about is None or channel not in PHONE:
        return []
    if message.subject_id is None:
        # In nobody's name: what somebody asked for, as a new link. An answer is to what they were asked before.
        return []
    kind = KINDS.get(message.category, "ASK")
    conversation = Conversation(
        pk=f"ADDRESS#{hashed}",
        sk=f"OPEN#{kind}#{message.recipient_id}",
        kind=kind,
        recipient_id=message.recipient_id,
        message_id=message.message_id,
        about=message.about,
        subject_id=message.subject_id,
        label=json.loads(message.variables).get("user_name", OTHERWISE),
        sent_at=now,
        expires_at=now + OPEN[kind],
    )
    return [Put(conversation)]


def standing(*hashed: str, now: datetime) -> tuple[list[Conversation], Question | None]:
    """Return what is open for an address: its matters, and what we asked back. One query for each of its hashes.

    What we asked is over once a later message came that a number may answer: then it answers that one.
    """
    keys = [(Conversation.pk == f"ADDRESS#{one}") & Conversation.sk.startswith("OPEN") for one in hashed]
    matters: list[Conversation] = []
    asked: Question | None = None
    for found in (found for key in keys for found in reads.query_all(Conversation, key)):
        if found["sk"]["S"] != Question.SK:
            matters.append(Conversation.load(dict(found)))
        else:
            asked = asked or Question.load(dict(found))
    waiting = [matter for matter in matters if matter.expires_at > now]
    later = asked and any(matter.kind != "NOTICE" and matter.sent_at > asked.asked_at for matter in waiting)
    return waiting, asked if asked and asked.expires_at > now and not later else None
