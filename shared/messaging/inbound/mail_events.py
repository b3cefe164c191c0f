"""SES's events, as SNS posts them: what became of our mails; worked from a queue (X-N-10, S-A-35)."""

from datetime import datetime
from email.utils import parseaddr
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from shared.kernel import inbox
from shared.kernel.telemetry import logger
from shared.kernel.text.addresses import canonical_address
from shared.messaging.events import MailEventReceived
from shared.messaging.inbound import sns
from shared.messaging.inbound.sns import Envelope
from shared.messaging.items import MessagingInbox
from shared.messaging.providers.ses import ATTEMPT_TAG, MESSAGE_TAG, PROVIDER
from shared.messaging.recipients import suppression
from shared.messaging.sending import delivery


class _Address(BaseModel):
    email: str = Field(alias="emailAddress", max_length=320)


class _Bounce(BaseModel):
    kind: str = Field(alias="bounceType", max_length=40)
    detail: str = Field(alias="bounceSubType", max_length=40)
    recipients: list[_Address] = Field(alias="bouncedRecipients", max_length=50)


class _Complaint(BaseModel):
    kind: str | None = Field(default=None, alias="complaintFeedbackType", max_length=40)
    recipients: list[_Address] = Field(alias="complainedRecipients", max_length=50)


class _Mail(BaseModel):
    id: str = Field(alias="messageId", max_length=200)
    tags: dict[str, list[str]] = {}

    def tag(self, name: str) -> str:
        return next(iter(self.tags.get(name, [])), "")


class _Told(BaseModel):
    kind: str = Field(alias="eventType", max_length=40)
    mail: _Mail
    bounce: _Bounce | None = None
    complaint: _Complaint | None = None


_STATES = {"Send": "SENT", "Delivery": "DELIVERED", "Bounce": "UNDELIVERED", "Reject": "FAILED"}

_LONGEST_ATTEMPT = 3


def receive(body: bytes, *, now: datetime) -> None:
    """Keep a verified event, or confirm the subscription that brings them; a second delivery changes nothing.

    Raises:
        Forged: it is not SNS's, or not of our topic.
        UnreadableEvent: it asks to confirm a subscription somewhere else.
        PayloadTooLarge: it is larger than the inbox takes.
        Unavailable: SNS did not answer.
    """
    envelope = sns.open_envelope(body, now=now)
    if envelope.Type == "SubscriptionConfirmation":
        sns.confirm(envelope)
        logger().info("mail_topic_subscribed", event_id=envelope.MessageId)
    elif envelope.Type == "Notification":
        cause = MailEventReceived(event_id=envelope.MessageId)
        new = inbox.keep(MessagingInbox, PROVIDER, envelope.MessageId, body, cause, now=now)
        logger().info("mail_event_received", event_id=envelope.MessageId, new=new)
    else:
        logger().warning("mail_topic_unsubscribed", event_id=envelope.MessageId)


def process(event_id: str) -> None:
    """Work a kept event: harmless when repeated, in any order.

    Raises:
        LookupError: it is not in the inbox.
        Unavailable: others kept changing what it is about; the queue brings it again.
    """
    kept = inbox.read(MessagingInbox, PROVIDER, event_id)
    if kept.outcome == inbox.DONE:
        return
    try:
        told = _Told.model_validate_json(Envelope.model_validate_json(kept.body).Message)
    except ValidationError:
        # SNS also says that a configuration set was connected to the topic.
        inbox.close(MessagingInbox, PROVIDER, event_id, "IGNORED", "not about a mail")
        return
    known = _move(told, at=kept.received_at)
    suppressed = _suppress(told, event_id, at=kept.received_at)
    inbox.close(MessagingInbox, PROVIDER, event_id, inbox.DONE if known or suppressed else "IGNORED")


def _move(told: _Told, *, at: datetime) -> bool:
    """Move the attempt that an event is about; return whether it is about one."""
    message_id, attempt = told.mail.tag(MESSAGE_TAG), told.mail.tag(ATTEMPT_TAG)
    numbered = attempt.isascii() and attempt.isdigit() and len(attempt) <= _LONGEST_ATTEMPT
    if not (message_id and numbered and told.kind in _STATES):
        return False
    code = f"{told.bounce.kind}.{told.bounce.detail}" if told.bounce else None
    delivery.apply(message_id, int(attempt), _STATES[told.kind], code=code, provider_id=told.mail.id, now=at)
    return True


def _suppress(told: _Told, event_id: str, *, at: datetime) -> bool:
    """Suppress addresses that do not exist, or whose owner complained (X-N-10)."""
    reason: Literal["BOUNCE", "COMPLAINT"] | None = None
    addresses: list[_Address] = []
    if told.bounce and told.bounce.kind == "Permanent":
        reason, addresses = "BOUNCE", told.bounce.recipients
    elif told.complaint and told.complaint.kind != "not-spam":
        reason, addresses = "COMPLAINT", told.complaint.recipients
    if reason is None:
        return False
    for address in addresses:
        suppression.suppress(_known_as(address.email), reason, source=event_id, now=at)
    return True


def _known_as(told: str) -> str:
    """Return an address of SES's as we keep it; one that we would not send to as it was told."""
    address = parseaddr(told)[1]
    try:
        return canonical_address(address)
    except ValueError:
        return address
