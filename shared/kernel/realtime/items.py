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
    """A channel's last number and the messages that are kept for replay, oldest first, the last with that number.

    Number and message are one write under the condition that the number is still the one read before: two publishers
    never share a number, and none is taken without its message. A publisher that dies after the write leaves a message
    that subscribers did not get but find by the next number, or when they ask again.

    | key | value | access |
    |---|---|---|
    | pk | ``CHANNEL#<channel>`` | append, replay |
    | sk | ``LOG`` | |
    """

    domain = DOMAIN

    sequence = IntegerAttribute()
    frames: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    expires_at = ExpiryAttribute()
