"""Reading the in-app inbox, and marking what was read."""

from datetime import datetime, timedelta
from typing import Any

from pynamodb.expressions.condition import Condition

from shared.kernel import cursors
from shared.kernel.errors import NotFound
from shared.kernel.orders import Order
from shared.kernel.storage.reads import Key, get, query, query_all
from shared.kernel.storage.writes import ConditionFailed, Update, commit, transact
from shared.kernel.wire import Page
from shared.messaging.notifications.items import (
    Inbox,
    Notification,
    notification_id,
    notification_sk,
    notifications_pk,
    number_of,
)
from shared.messaging.notifications.schemas import NotificationType, NotificationView, ReadAll, UnreadCount

COUNTED_AGAIN = timedelta(days=1)
"""How long the count is trusted, which entries that expire unread make too large."""

_LAST = notification_sk(10**12 - 1)
_READ_TOGETHER = 100
_MOST_READS = 10
"""Queries for one page of a filtered list; a page may then be shorter than asked for, and have a next one."""


def page(
    user_id: str, *, read: bool | None, limit: int, cursor: str | None, order: Order, now: datetime
) -> Page[NotificationView]:
    """Return one page of a user's inbox; only what is read, or only what is not, where asked for.

    Raises:
        BadCursor: the cursor is not one of this list.
    """
    pk, scope = notifications_pk(user_id), f"notifications#{user_id}#{read}#{order}"
    until = _read_until(get(Inbox, pk, Inbox.SK))
    first = notification_sk(until + 1 if read is False else 0)
    key = (Notification.pk == pk) & Notification.sk.between(first, _LAST)
    wanted = _wanted(read, until, now=now)
    found: list[Notification] = []
    start = cursors.decode(scope, cursor)
    if start is not None and start["sk"]["S"] < first:
        # What is older than that was read meanwhile; storage refuses to start outside of what is asked for.
        if order == "newest":
            return Page([], limit=limit, next_cursor=None)
        start = None
    for _ in range(_MOST_READS):
        part = query(
            Notification,
            key,
            limit=limit + 1 if read is None else _READ_TOGETHER,
            descending=order == "newest",
            start=start,
            filter_by=wanted,
        )
        found, start = found + part.load(Notification), part.next_key
        if len(found) > limit or start is None:
            break
    after: Key | None = start
    if len(found) > limit:
        found = found[:limit]
        after = Notification.key(pk, found[-1].sk)
    views = [view(one, until) for one in found]
    return Page(views, limit=limit, next_cursor=cursors.encode(scope, after))


def _read_until(inbox: Inbox | None) -> int:
    return (inbox.read_until or 0) if inbox else 0


def _wanted(read: bool | None, until: int, *, now: datetime) -> Condition:
    wanted: Condition = Notification.expires_at > now
    if read is True:
        wanted &= Notification.read_at.exists() | (Notification.number <= until)
    if read is False:
        wanted &= Notification.read_at.does_not_exist()
    return wanted


def view(notification: Notification, read_until: int) -> NotificationView:
    """Return an entry as its reader sees it."""
    return NotificationView(
        id=notification_id(notification.number),
        type=NotificationType(notification.type),
        title=notification.title,
        message=notification.message,
        read=notification.read_at is not None or notification.number <= read_until,
        metadata={"category": notification.category, "messageId": notification.message_id},
        created_at=notification.created_at,
    )


def unread_count(user_id: str, *, now: datetime) -> UnreadCount:
    """Return how many entries are unread: one read, and once a day a count."""
    inbox = get(Inbox, notifications_pk(user_id), Inbox.SK)
    if inbox is None or not inbox.unread:
        return UnreadCount(count=0)
    if inbox.counted_at is None or now >= inbox.counted_at + COUNTED_AGAIN:
        return UnreadCount(count=_counted(inbox, now=now))
    return UnreadCount(count=inbox.unread)


def _counted(inbox: Inbox, *, now: datetime) -> int:
    """Count what is unread and not expired, and keep that unless the inbox has changed meanwhile."""
    until = _read_until(inbox)
    key = (Notification.pk == inbox.pk) & Notification.sk.between(notification_sk(until + 1), _LAST)
    unread = sum(1 for _ in query_all(Notification, key, filter_by=_wanted(False, until, now=now)))
    same = (Inbox.sequence == inbox.sequence) & (Inbox.unread == inbox.unread)
    actions: list[Any] = [Inbox.unread.set(unread), Inbox.counted_at.set(now)]
    try:
        commit(Update(Inbox, inbox.pk, inbox.sk, actions, condition=same))
    except ConditionFailed as changed:
        return int(Inbox.load(changed.old or {}).unread)
    return unread


def mark_read(user_id: str, notification: str, *, now: datetime) -> NotificationView:
    """Mark one entry as read and return it; one that is read already stays as it is.

    Raises:
        NotFound: there is none of this id in the user's inbox.
    """
    pk, number = notifications_pk(user_id), number_of(notification)
    found = get(Notification, pk, notification_sk(number))
    if found is None or found.expires_at <= now:
        raise NotFound
    read = Update(
        Notification,
        pk,
        found.sk,
        [Notification.read_at.set(now)],
        condition=Notification.pk.exists() & Notification.read_at.does_not_exist(),
    )
    not_yet = Inbox.read_until.does_not_exist() | (Inbox.read_until < number)
    counted = Update(Inbox, pk, Inbox.SK, [Inbox.unread.add(-1)], condition=Inbox.pk.exists() & not_yet)
    try:
        transact([read, counted])
    except ConditionFailed as already:
        # The entry was read before, by itself or with all others.
        if already.position == 0 and already.old is None:
            raise NotFound from None
    return view(found, number)


def mark_all_read(user_id: str) -> ReadAll:
    """Mark every entry as read: one write, however many there are."""
    mark = Update(
        Inbox,
        notifications_pk(user_id),
        Inbox.SK,
        [Inbox.read_until.set(Inbox.sequence), Inbox.unread.set(0)],
        condition=Inbox.pk.exists(),
    )
    try:
        before = commit(mark, returned="ALL_OLD")
    except ConditionFailed:
        return ReadAll(count=0)
    return ReadAll(count=Inbox.load(before).unread)
