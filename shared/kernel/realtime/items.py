"""Items of the live hub, in the platform table."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute, UnicodeSetAttribute

from shared.kernel.caller import Principal
from shared.kernel.platform import DOMAIN
from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, IntegerAttribute, Item


class Admitted(Item):
    """Who a ticket or a connection stands for."""

    domain = DOMAIN

    user_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    permissions = UnicodeAttribute()
    verified = BooleanAttribute()
    expires_at = ExpiryAttribute()

    def principal(self) -> Principal:
        """Return the user."""
        return Principal(self.user_id, self.session_id, frozenset(self.permissions.split()), self.verified)


class Ticket(Admitted):
    """The right to open one connection (X-P-20).

    | key | value | access |
    |---|---|---|
    | pk | ``TICKET#<hash of the ticket>`` | issue, consume once |
    | sk | ``TICKET`` | |
    """

    domain = DOMAIN


class Connection(Admitted):
    """An open WebSocket connection.

    ``subscriptions`` are the partition keys of its subscriptions.

    | key | value | access |
    |---|---|---|
    | pk | ``CONNECTION#<connection id>`` | one by id, presence of many |
    | sk | ``CONNECTION`` | |
    """

    domain = DOMAIN

    heartbeat_at = InstantAttribute()
    subscriptions = UnicodeSetAttribute(null=True)


class Subscription(Item):
    """A connection that hears a channel.

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
