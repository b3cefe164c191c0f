"""Asking for a message: writes that are committed together with their cause."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.kernel.categories import Channel
from shared.kernel.due import due_shard
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage.writes import Check, Delete, Put, Refusal, Write
from shared.messaging.categories import category
from shared.messaging.events import MessageQueued
from shared.messaging.items import Topic
from shared.messaging.message_items import DUE_KIND, Message, message_pk
from shared.messaging.templates.variables import Variables, stored

KEPT = timedelta(days=90)
"""How long a message and its attempts can be read (D-08: operational logs)."""

NOBODY = "stranger"
"""RecipientItem of an answer to somebody whom nobody named."""

TOPIC_KEPT = timedelta(days=90)
"""Longer than any message is valid."""


def message_id(key: str) -> str:
    """Return the id of the message that was asked for by a key."""
    return derived_id("msg", key)


class AlreadyRequested(Exception):
    """A message of this key was asked for before; nothing of the transaction took effect."""


@dataclass(frozen=True, slots=True)
class MessageRequest:
    """A message that should go out.

    Attributes:
        key: durable name: the same key is the same message, once for ever.
        recipient_id: who, in the directory.
        category: what kind (``shared.messaging.categories``).
        template: which words, e.g. ``escalation.day-1``.
        variables: what the words need; a link that lets its reader in is a ``SecretLink``.
        valid: how long the message makes sense.
        topics: matters it belongs to; closing any of them stops it while it is not yet claimed. At most 4.
        about: what its owner knows its matter by; comes back in events and replies.
        subject_id: the user whose matter it is; tells a reply's matters apart and counts for that user's caps.
        channels: only these, in this order; else what the recipient prefers.
        to: an address to use instead of the recipient's; only for category ``account`` and ``service``.
        hours: allowed minutes of the recipient's local day (from, to) on top of every other rule.
        not_before: earliest time to try.
        companion_of: the message that this one goes with; both count once against the caps.
    """

    key: str
    recipient_id: str
    category: str
    template: str
    variables: Variables = field(default_factory=dict)
    valid: timedelta = timedelta(days=2)
    topics: tuple[str, ...] = ()
    about: str | None = None
    subject_id: str | None = None
    channels: tuple[Channel, ...] = ()
    to: str | None = None
    hours: tuple[int, int] | None = None
    not_before: datetime | None = None
    companion_of: str | None = None

    @property
    def message_id(self) -> str:
        """The message's id."""
        return message_id(self.key)


def request(wanted: MessageRequest, *, now: datetime) -> list[Write]:
    """Return the two writes that send a message when the transaction they belong to commits.

    The transaction fails with ``AlreadyRequested`` where a message of this key exists. The function needs
    ``touches=[messaging.access.REQUEST]``.

    Raises:
        KeyError: there is no such category.
    """
    message = unsent(wanted, now=now)
    absent = Put(message, condition=Message.pk.does_not_exist(), error=AlreadyRequested)
    return [absent, outbox(MessageQueued(message_id=wanted.message_id), at=now, event_id=wanted.message_id)]


def unsent(wanted: MessageRequest, *, now: datetime) -> Message:
    """Return the message that a request makes; nothing is written.

    Raises:
        KeyError: there is no such category.
    """
    category(wanted.category)
    pk, due_at = message_pk(wanted.message_id), max(now, wanted.not_before or now)
    from_minute, to_minute = wanted.hours or (None, None)
    return Message(
        pk=pk,
        sk=Message.SK,
        due_shard=due_shard(DUE_KIND, pk),
        due_at=due_at,
        message_id=wanted.message_id,
        recipient_id=wanted.recipient_id,
        category=wanted.category,
        template=wanted.template,
        variables=stored(wanted.variables),
        topics=list(wanted.topics) or None,
        about=wanted.about,
        subject_id=wanted.subject_id,
        channels=[str(channel) for channel in wanted.channels] or None,
        to=wanted.to,
        from_minute=from_minute,
        to_minute=to_minute,
        status="QUEUED",
        attempt=0,
        version=0,
        companion_of=wanted.companion_of,
        allowed_at=due_at,
        requested_at=now,
        valid_until=due_at + wanted.valid,
        expires_at=now + KEPT,
    )


def close_topic(topic: str, reason: str, *, now: datetime) -> Put:
    """Return the write that stops every message of a matter which is not yet claimed; closing twice is fine.

    The function needs ``touches=[messaging.access.REQUEST]``.
    """
    return Put(Topic(pk=topic_pk(topic), sk=Topic.SK, closed_at=now, reason=reason, expires_at=now + TOPIC_KEPT))


def reopen_topic(topic: Topic, *, error: Refusal) -> Delete:
    """Return the write that takes back that a matter is over, as long as it is closed as it was read.

    What was cancelled meanwhile stays so. The function needs ``touches=[messaging.access.REOPEN_TOPIC]``.
    """
    as_read = (Topic.reason == topic.reason) & (Topic.closed_at == topic.closed_at)
    return Delete(Topic, topic.pk, topic.sk, condition=as_read, error=error)


def still_open(topic: str, *, error: Refusal) -> Check:
    """Return the write that holds a transaction to a matter that is not over.

    The function needs ``touches=[messaging.access.ASK_TOPICS]``.
    """
    return Check(Topic, topic_pk(topic), Topic.SK, Topic.pk.does_not_exist(), error)


def topic_key(topic: str) -> tuple[type[Topic], str, str]:
    """Return where a topic is read, as ``reads.get_many`` takes it; what is there is closed."""
    return Topic, topic_pk(topic), Topic.SK


def topic_pk(topic: str) -> str:
    """Return the partition of a topic."""
    return f"TOPIC#{topic}"
