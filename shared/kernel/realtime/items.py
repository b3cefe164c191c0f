"""Items of the live hub, in the platform table."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute, UnicodeSetAttribute

from shared.kernel.platform import DOMAIN
from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, IntegerAttribute, Item


class Admitted(Item):
    """Who a ticket or a connection stands for, and until when. What they may is asked anew each time."""

    domain = DOMAIN

    user_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    expires_at = ExpiryAttribute()


class Ticket(Admitted):
    """The right to open one connection, or to keep one open (X-P-20).

    | key | value | access |
    |---|---|---|
    | pk | ``TICKET#<hash of the ticket>`` | issue, consume once |
    | sk | ``TICKET`` | |
    """

    domain = DOMAIN


class Connection(Admitted):
    """An open WebSocket connection. It may hear until ``expires_at``, which a fresh ticket moves on.

    ``subscriptions`` are the partition keys of its subscriptions. ``closing`` tells that it is being taken apart:
    nothing is added to it any more.

    | key | value | access |
    |---|---|---|
    | pk | ``CONNECTION#<connection id>`` | one by id, presence of many |
    | sk | ``CONNECTION`` | |
    """

    domain = DOMAIN
    SK = "CONNECTION"

    heartbeat_at = InstantAttribute()
    subscriptions = UnicodeSetAttribute(null=True)
    closing = BooleanAttribute(null=True)


class UserConnection(Item):
    """Whose a connection is. In the table itself and not in an index: who closes it must find it at once.

    | key | value | access |
    |---|---|---|
    | pk | ``CONNECTIONS#<user>`` | every connection of a user, consistently |
    | sk | connection id | |
    """

    domain = DOMAIN

    session_id = UnicodeAttribute()
    expires_at = ExpiryAttribute()


class Subscription(Item):
    """A connection that hears a channel, until the connection's ``expires_at``.

    | key | value | access |
    |---|---|---|
    | pk | ``SUBSCRIBERS#<channel>#<shard>`` | everyone on a channel, shard by shard |
    | sk | connection id | |
    """

    domain = DOMAIN

    expires_at = ExpiryAttribute()


class ChannelLog(Item):
    """The messages of a channel that are kept for replay, oldest first; ``first`` is the number of the oldest.

    A message's number is its place: ``first`` plus its position. So one append gives a message its number and keeps it,
    whoever else appends at the same time: no number is shared, none is without its message, and nobody waits. A
    publisher that dies after the append leaves a message that subscribers did not get but find by the next number, or
    when they ask again. The oldest are dropped under the condition that ``first`` is still the one seen.

    | key | value | access |
    |---|---|---|
    | pk | ``CHANNEL#<channel>`` | append, replay |
    | sk | ``LOG`` | |
    """

    domain = DOMAIN

    first = IntegerAttribute()
    frames: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    expires_at = ExpiryAttribute()

    def sequence(self) -> int:
        """Return the number of the last message."""
        return self.first + len(self.frames) - 1
