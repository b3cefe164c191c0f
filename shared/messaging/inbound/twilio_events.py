"""Twilio's events: what became of our messages and calls, and what people wrote; worked from a queue (D-02)."""

import re
from contextlib import suppress
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

from shared.kernel import inbox
from shared.kernel.shells.webhook import Delivery
from shared.kernel.telemetry import logger
from shared.messaging.events import TwilioEventReceived
from shared.messaging.inbound import replies, twilio_forms
from shared.messaging.inbound.twilio_forms import Told, Written
from shared.messaging.items import MessagingInbox
from shared.messaging.providers import twilio
from shared.messaging.providers.twilio import PROVIDER
from shared.messaging.recipients import suppression
from shared.messaging.sending import delivery

_ATTEMPT: Final = re.compile(r"[0-9]{1,3}", re.ASCII)
_MESSAGE: Final = re.compile(r"msg_[0-9a-z]{26}", re.ASCII)


def receive(posted: Delivery, *, now: datetime) -> None:
    """Keep a verified event; a second delivery changes nothing.

    Kept is the query, which names our message, on the first line, and then the body as it came.

    Raises:
        Forged: it is not Twilio's.
        UnreadableEvent: it is signed, but of no form that matters here.
        PayloadTooLarge: it is larger than the inbox takes.
    """
    media_type = posted.headers.get("content-type", "").partition(";")[0].strip().lower()
    signature = posted.headers.get("x-twilio-signature", "")
    twilio_forms.verify(posted.url, media_type, posted.body, signature, twilio.auth_tokens())
    event = twilio_forms.read(posted.body)
    event_id = f"{event.sid}-{event.status if isinstance(event, Told) else 'received'}"
    body = posted.url.partition("?")[2].encode() + b"\n" + posted.body
    new = inbox.keep(MessagingInbox, PROVIDER, event_id, body, TwilioEventReceived(event_id=event_id), now=now)
    logger().info("twilio_event_received", event_id=event_id, new=new)


def process(event_id: str, *, now: datetime) -> None:
    """Work a kept event: harmless when repeated, in any order.

    Raises:
        LookupError: it is not in the inbox.
        Unavailable: others kept changing what it is about; the queue brings it again.
    """
    kept = inbox.read(MessagingInbox, PROVIDER, event_id)
    if kept.outcome == inbox.DONE:
        return
    query, _, body = kept.body.partition(b"\n")
    event = twilio_forms.read(body)
    if isinstance(event, Written):
        with suppress(inbox.AlreadyDone):
            replies.take(event, event_id, at=kept.received_at, now=now)
    else:
        _note(event, event_id, query.decode(), at=kept.received_at)


def _note(event: Told, event_id: str, query: str, *, at: datetime) -> None:
    """Move the attempt that an event is about, and suppress a number that does not exist or has opted out (X-A-10)."""
    ours = dict(parse_qsl(query))
    message_id, attempt = ours.get("message", ""), ours.get("attempt", "")
    known = _MESSAGE.fullmatch(message_id) and _ATTEMPT.fullmatch(attempt)
    if known and event.state:
        delivery.apply(
            message_id,
            int(attempt),
            event.state,
            code=event.code,
            provider_id=event.sid,
            answered_by=event.answered_by,
            now=at,
        )
    reason = twilio.suppression_for(int(event.code)) if event.code and event.code.isdigit() else None
    if event.number and reason:
        suppression.suppress(event.number, reason, source=event.sid, now=at)
    inbox.close(MessagingInbox, PROVIDER, event_id, inbox.DONE if known else "IGNORED")
