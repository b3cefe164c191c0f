"""What happens to messages. Neither addresses nor words are in an event: whoever needs them reads the items.

``about`` is what the message's owner gave it to know its matter by, e.g. ``contact:<goal>#<date>#<step>#<partner>``.
"""

from datetime import datetime
from typing import Literal

from shared.kernel.categories import Channel
from shared.kernel.events import DomainEvent

Answer = Literal["YES", "NO", "ACCEPTED", "DONE", "CANNOT", "TEXT"]
"""What a reply says, by keyword, number or in clear words: to a question of consent YES or NO; to an ask ACCEPTED (1),
DONE (2) or CANNOT (3). TEXT is something else in own words: nothing follows from it but a line on the timeline."""


class MessagingEvent(DomainEvent):
    """Something that happened to a message or an address."""

    domain = "messaging"


class MessageQueued(MessagingEvent):
    """A message was asked for."""

    message_id: str


class MessageEvent(MessagingEvent):
    """Something that happened to one message."""

    message_id: str
    recipient_id: str
    category: str
    about: str | None


class MessageSent(MessageEvent):
    """A provider took it."""

    channel: Channel


class MessageDelivered(MessageEvent):
    """A provider says that it arrived."""

    channel: Channel


class ChannelFailed(MessageEvent):
    """One channel did not carry it; the next one in order, if there is one, is tried."""

    channel: Channel
    reason: str


class MessageFailed(MessageEvent):
    """No channel is left to try."""

    reason: str


class MessageBlocked(MessageEvent):
    """The gate refused it; ``reason`` is the gate's."""

    reason: str


class MessageDeferred(MessageEvent):
    """The gate lets it wait; everything is checked again then."""

    reason: str
    until: datetime


class MessageCancelled(MessageEvent):
    """Its matter was over before it left; ``reason`` is why."""

    reason: str


class MessageExpired(MessageEvent):
    """It could not leave while it made sense."""


class ReplyReceived(MessagingEvent):
    """Somebody answered a message, on a channel; staff answered for them where ``channel`` is ``None``.

    ``reply_id`` names what they wrote: ``evidence.written`` has the words.
    """

    recipient_id: str
    message_id: str
    about: str
    answer: Answer
    reply_id: str
    channel: Channel | None = None


WHOLE = "ALL"
"""Scope of what ends everything that goes to an address, not one kind of mail alone."""


class AddressOptedOut(MessagingEvent):
    """Nothing goes to this recipient's address any more; told for every recipient who has it.

    ``scope`` is ALL, or the category of mails that alone was ended.
    """

    recipient_id: str
    reason: Literal["STOP", "CARRIER", "BOUNCE", "COMPLAINT", "WRONG_NUMBER", "UNSUBSCRIBED", "STAFF"]
    scope: str = WHOLE


class RecipientUnsubscribed(MessagingEvent):
    """Somebody wants nothing more of the relation that they are in the directory for: their owner ends it."""

    recipient_id: str


class AddressOptedIn(MessagingEvent):
    """The recipient asked for messages again, by START or the like."""

    recipient_id: str


class TwilioEventReceived(MessagingEvent):
    """A verified event of Twilio lies in the inbox."""

    event_id: str


class MailEventReceived(MessagingEvent):
    """A verified event of SES lies in the inbox."""

    event_id: str


class NotificationCreated(MessagingEvent):
    """Something lies in a user's in-app inbox."""

    user_id: str
    notification_id: str


class TemplateApproved(MessagingEvent):
    """Messages are written with other words from now on; ``by`` is who approved them."""

    template: str
    locale: str
    version: int
    by: str
