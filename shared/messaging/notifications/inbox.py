"""Putting entries into the in-app inbox."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.kernel.events import outbox
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.reads import get, get_many
from shared.kernel.storage.writes import Put, Update, transact
from shared.messaging.events import NotificationCreated
from shared.messaging.notifications.items import (
    Inbox,
    Kept,
    Notification,
    kept_sk,
    notification_id,
    notification_sk,
    notifications_pk,
)
from shared.messaging.notifications.schemas import NotificationType

KEPT = timedelta(days=90)

_TYPES = {
    "balance": NotificationType.LOW_BALANCE,
    "payment": NotificationType.PAYMENT_SUCCESS,
    "guide": NotificationType.GUIDE,
    "crisis": NotificationType.GUIDE,
    "progress": NotificationType.PROGRESS,
}
"""What messages of a category are shown as; others are ``SYSTEM``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to lie in an inbox."""

    user_id: str
    message_id: str
    category: str
    title: str
    message: str


def keep(entry: Entry, *, now: datetime) -> str:
    """Put a message into its reader's inbox, once however often it comes, and return the entry's id.

    Raises:
        Unavailable: others kept coming in between, or storage does not answer.
    """
    pk = notifications_pk(entry.user_id)

    def put() -> str:
        inbox, kept = get_many([(Inbox, pk, Inbox.SK), (Kept, pk, kept_sk(entry.message_id))])
        return str(kept.notification_id) if kept is not None else _put(entry, inbox, now=now)

    return retry_on_conflict(put)


def find(user_id: str, message_id: str) -> str | None:
    """Return the id of the entry that a message made, ``None`` where it made none."""
    kept = get(Kept, notifications_pk(user_id), kept_sk(message_id))
    return kept.notification_id if kept else None


def _put(entry: Entry, inbox: Inbox | None, *, now: datetime) -> str:
    pk, number = notifications_pk(entry.user_id), (inbox.sequence if inbox else 0) + 1
    made, expires_at = notification_id(number), now + KEPT
    notification = Notification(
        pk=pk,
        sk=notification_sk(number),
        user_id=entry.user_id,
        number=number,
        type=_TYPES.get(entry.category, NotificationType.SYSTEM),
        title=entry.title,
        message=entry.message,
        message_id=entry.message_id,
        category=entry.category,
        created_at=now,
        expires_at=expires_at,
    )
    kept = Kept(pk=pk, sk=kept_sk(entry.message_id), notification_id=made, expires_at=expires_at)
    seen = Inbox.sequence == inbox.sequence if inbox else Inbox.pk.does_not_exist()
    counted = Update(
        Inbox, pk, Inbox.SK, [Inbox.sequence.set(number), Inbox.unread.add(1)], condition=seen, error=VersionConflict
    )
    event = NotificationCreated(user_id=entry.user_id, notification_id=made)
    transact(
        [
            counted,
            Put(kept, condition=Kept.pk.does_not_exist(), error=VersionConflict),
            Put(notification),
            outbox(event, at=now, event_id=f"{entry.user_id}-{made}"),
        ]
    )
    return made
