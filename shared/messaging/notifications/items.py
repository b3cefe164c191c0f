"""What the in-app inbox stores."""

from pynamodb.attributes import UnicodeAttribute

from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, IntegerAttribute, Item
from shared.messaging.items import DOMAIN

_PREFIX = "ntf_"
_DIGITS = 12


def notifications_pk(user_id: str) -> str:
    """Return the partition of a user's inbox."""
    return f"NOTIFICATIONS#{user_id}"


def notification_id(number: int) -> str:
    """Return the id of a user's notification: it sorts by its number."""
    return f"{_PREFIX}{number:0{_DIGITS}}"


def notification_sk(number: int) -> str:
    """Return the sort key of a notification."""
    return f"NOTIFICATION#{notification_id(number)}"


def number_of(notification: str) -> int:
    """Return the number in an id."""
    return int(notification.removeprefix(_PREFIX))


class Notification(Item):
    """One entry of a user's inbox, gone after 90 days.

    | key | value | access |
    |---|---|---|
    | pk | ``NOTIFICATIONS#<user>`` | the inbox, newest first |
    | sk | ``NOTIFICATION#<id>`` | |

    It is read when it has a ``read_at``, or when its ``number`` is not above its inbox's ``read_until``.
    """

    domain = DOMAIN

    user_id = UnicodeAttribute()
    number = IntegerAttribute()
    type = UnicodeAttribute()
    title = UnicodeAttribute()
    message = UnicodeAttribute()
    message_id = UnicodeAttribute()
    category = UnicodeAttribute()
    created_at = InstantAttribute()
    read_at = InstantAttribute(null=True)
    expires_at = ExpiryAttribute()


class Inbox(Item):
    """A user's inbox: how many entries it ever had, how many are unread, and up to which all are read.

    | key | value | access |
    |---|---|---|
    | pk | ``NOTIFICATIONS#<user>`` | moved in the transaction with each entry; the unread count |
    | sk | ``INBOX`` | |

    Marking all as read is one write, however many there are. What expires unread is found by a count at most once a
    day (``counted_at``).
    """

    domain = DOMAIN
    SK = "INBOX"

    sequence = IntegerAttribute()
    unread = IntegerAttribute()
    read_until = IntegerAttribute(null=True)
    counted_at = InstantAttribute(null=True)


class Kept(Item):
    """That a message lies in the inbox already.

    | key | value | access |
    |---|---|---|
    | pk | ``NOTIFICATIONS#<user>`` | the same message comes once |
    | sk | ``MESSAGE#<message>`` | |
    """

    domain = DOMAIN

    notification_id = UnicodeAttribute()
    expires_at = ExpiryAttribute()


def kept_sk(message_id: str) -> str:
    """Return the sort key of that row."""
    return f"MESSAGE#{message_id}"
