"""Acknowledging a partner's answer by text: whoever writes to us hears that it was taken in, and what happens next."""

from datetime import datetime, timedelta

from shared import messaging
from shared.kernel.storage.writes import Write
from shared.messaging import MessageRequest, Recipient

VALID = timedelta(hours=1)
"""How long an acknowledgement makes sense; one that comes later puzzles."""


def acknowledged(
    event: messaging.events.ReplyReceived, entry: Recipient, template: str, user_name: str, *, now: datetime
) -> list[Write]:
    """Return the writes that acknowledge a reply on the channel it came by, once for each partner.

    What staff read for somebody is acknowledged by text. Nothing where the number is not known any more.
    """
    if entry.phone is None:
        return []
    answer = MessageRequest(
        key=f"acknowledged:{event.reply_id}:{entry.recipient_id}:{template}",
        recipient_id=entry.recipient_id,
        category="service",
        template=template,
        variables={"user_name": user_name},
        valid=VALID,
        about=event.reply_id,
        channels=(event.channel or messaging.Channel.SMS,),
        to=entry.phone,
    )
    return messaging.request(answer, now=now)
