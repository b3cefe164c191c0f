"""How a message goes on: the writes of each step, all conditional on the message as it was read."""

from datetime import datetime
from typing import Literal

from pynamodb.expressions.update import Action

from shared.kernel.categories import Channel
from shared.kernel.due import due_shard
from shared.kernel.events import outbox
from shared.kernel.storage.conflicts import VersionConflict
from shared.kernel.storage.writes import Put, Update, Write
from shared.messaging import events
from shared.messaging.categories import category
from shared.messaging.items import AddressState, address_hash, address_pk
from shared.messaging.message_items import DUE_KIND, Attempt, Message, attempt_sk, message_pk
from shared.messaging.sending import conversations

RANKS = {
    "CLAIMED": 0,
    "UNKNOWN": 1,
    "REFUSED": 2,
    "LOST": 2,
    "QUEUED": 3,
    "SENT": 4,
    "UNDELIVERED": 5,
    "FAILED": 5,
    "DELIVERED": 6,
    "READ": 7,
}
"""States of an attempt; each only gives way to one of a higher rank (X-A-26).

LOST is one of which the provider knew nothing when asked; what the provider says later still counts.
"""

End = Literal["BLOCKED", "CANCELLED", "EXPIRED", "FAILED"]


def changed(message: Message, *actions: Action) -> Update:
    """Return the write that changes a message as it was read; ``VersionConflict`` where it is not as it was."""
    return Update(
        Message,
        message.pk,
        message.sk,
        [*actions, Message.version.set(message.version + 1)],
        condition=Message.version == message.version,
        error=VersionConflict,
    )


def due(message: Message, at: datetime | None) -> list[Action]:
    """Return what sets when a message is looked at again, or that it is not."""
    if at is None:
        return [Message.due_shard.remove(), Message.due_at.remove()]
    return [Message.due_shard.set(due_shard(DUE_KIND, message.pk)), Message.due_at.set(at)]


def about(message: Message) -> dict[str, str | None]:
    """Return what every event about a message says."""
    return {
        "message_id": message.message_id,
        "recipient_id": message.recipient_id,
        "category": message.category,
        "about": message.about,
    }


def _event(message: Message, event: events.MessageEvent, step: str, now: datetime) -> Put:
    return outbox(event, at=now, event_id=f"{message.message_id}-{step}")


_LANDLINE = {"21614": "LANDLINE", "30006": "LANDLINE"}
"""The provider's codes of a number that receives no texts, told as the gate tells it of one that it knows."""


def ended(message: Message, status: End, reason: str, now: datetime) -> list[Write]:
    """Return the writes that end a message which is not sent."""
    fields = about(message) | ({} if status == "EXPIRED" else {"reason": _LANDLINE.get(reason, reason)})
    kinds: dict[End, type[events.MessageEvent]] = {
        "BLOCKED": events.MessageBlocked,
        "CANCELLED": events.MessageCancelled,
        "EXPIRED": events.MessageExpired,
        "FAILED": events.MessageFailed,
    }
    over = changed(message, Message.status.set(status), Message.reason.set(reason), *due(message, None))
    return [over, _event(message, kinds[status].model_validate(fields), status.lower(), now)]


def deferred(message: Message, until: datetime, reason: str, now: datetime) -> list[Write]:
    """Return the writes that let a message wait."""
    waits = changed(
        message,
        Message.status.set("DEFERRED"),
        Message.reason.set(reason),
        Message.allowed_at.set(until),
        *due(message, until),
    )
    event = events.MessageDeferred.model_validate(about(message) | {"reason": reason, "until": until})
    return [waits, _event(message, event, f"deferred-{message.version}", now)]


def looked_at(message: Message, at: datetime | None) -> Update:
    """Return the write that only sets when a message is looked at again."""
    return changed(message, *due(message, at))


def retried(message: Message, reason: str, at: datetime) -> Update:
    """Return the write that has a message tried again on the same channel."""
    return changed(
        message,
        Message.status.set("QUEUED"),
        Message.reason.set(reason),
        Message.retries.set((message.retries or 0) + 1),
        *due(message, at),
    )


def next_channel(message: Message, reason: str, now: datetime) -> Update:
    """Return the write that gives a channel up: the next one in order is tried at once."""
    return changed(
        message,
        Message.status.set("QUEUED"),
        Message.reason.set(reason),
        Message.tried.set(used_up(message)),
        *due(message, now),
    )


def channel_failed(message: Message, item: Attempt, reason: str, now: datetime) -> Put:
    """Return the event that a channel did not carry a message."""
    event = events.ChannelFailed.model_validate(about(message) | {"channel": item.channel, "reason": reason})
    return _event(message, event, f"failed-{item.attempt}", now)


def unconfirmed(message: Message) -> Update:
    """Return the write that leaves a message as sent: nobody says that it arrived, and no other channel is left."""
    return changed(message, Message.status.set("SENT"), *due(message, None))


def used_up(message: Message) -> list[str]:
    """Return the channels of a message that are not tried again once its present one is given up."""
    return list(dict.fromkeys([*(message.tried or []), *([message.channel] if message.channel else [])]))


def attempt(item: Attempt, state: str, *actions: Action) -> Update:
    """Return the write that moves an attempt on; ``VersionConflict`` where it is not as it was."""
    return Update(
        Attempt,
        item.pk,
        item.sk,
        [Attempt.state.set(state), *actions],
        condition=Attempt.state == item.state,
        error=VersionConflict,
    )


def taken(message: Message, item: Attempt, now: datetime) -> list[Write]:
    """Return the writes that note that a provider took a message: it is looked at again if it may fall back."""
    fallback = category(message.category).fallback
    sent = changed(
        message,
        Message.status.set("SENT"),
        Message.sent_at.set(now),
        Message.reason.remove(),
        *due(message, now + fallback if fallback else None),
    )
    return [sent, *_told_sent(message, item, now)]


def _told_sent(message: Message, item: Attempt, now: datetime) -> list[Write]:
    """Return the writes that tell that a provider took an attempt, and that await an answer to it."""
    channel = Channel(item.channel)
    event = events.MessageSent.model_validate(about(message) | {"channel": channel})
    awaited = conversations.opened(message, address_hash(item.address), channel, now=now)
    return [_event(message, event, f"sent-{item.attempt}", now), *awaited, *_texted(item, now)]


def _texted(item: Attempt, now: datetime) -> list[Update]:
    """Return the write that keeps when a number had its first text: once it left, not when it was tried."""
    if not item.first_text:
        return []
    first = [AddressState.first_text_at.set(AddressState.first_text_at | now)]
    return [Update(AddressState, address_pk(item.address), AddressState.SK, first)]


def arrived(message: Message, item: Attempt, now: datetime) -> list[Write]:
    """Return the writes that note that a message arrived: nothing is left to do."""
    there = [Message.status.set("DELIVERED"), Message.reason.remove(), *due(message, None)]
    if message.sent_at is None:
        there.append(Message.sent_at.set(now))
    event = events.MessageDelivered.model_validate(about(message) | {"channel": Channel(item.channel)})
    told: list[Write] = _told_sent(message, item, now) if item.sent_at is None else []
    return [changed(message, *there), *told, _event(message, event, "delivered", now)]


def keys(message_id: str, number: int) -> list[tuple[type[Message | Attempt], str, str]]:
    """Return where a message and one of its attempts lie."""
    pk = message_pk(message_id)
    return [(Message, pk, Message.SK), (Attempt, pk, attempt_sk(number))]
