"""What the in-app inbox tells its user live, on ``user:{id}`` (S-N-14)."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from shared.kernel.realtime import USER, ChannelKind, LiveMessage, publish
from shared.kernel.storage.reads import get_many
from shared.messaging.events import NotificationCreated
from shared.messaging.notifications.items import (
    Inbox,
    Notification,
    notification_sk,
    notifications_pk,
    number_of,
)
from shared.messaging.notifications.reading import view
from shared.messaging.notifications.schemas import NotificationView


class NewNotification(LiveMessage):
    """Something new lies in the inbox; ``unread`` is for the bell."""

    type: ClassVar[str] = "notification.created"
    channel: ClassVar[ChannelKind] = USER

    notification: NotificationView
    unread: int = Field(ge=0, examples=[3])


def announce(event: NotificationCreated, *, now: datetime) -> None:
    """Tell a user of a new entry: one read, and the sending."""
    pk = notifications_pk(event.user_id)
    sk = notification_sk(number_of(event.notification_id))
    inbox, notification = get_many([(Inbox, pk, Inbox.SK), (Notification, pk, sk)])
    if notification is None:
        return
    shown = view(notification, inbox.read_until or 0)
    publish(NewNotification(notification=shown, unread=inbox.unread), event.user_id, now=now)
