"""Channels: what a live message is addressed to, ``<kind>:<id>``, and who may join each kind.

A domain names its kinds in ``shared/<domain>/domain.py``; the ``subscribe`` function takes them all.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

from shared.kernel.access import Access
from shared.kernel.caller import Principal


@dataclass(frozen=True, slots=True)
class ChannelKind:
    """A kind of channel.

    Attributes:
        name: the part before the colon.
        may_join: tells whether a user may hear the channel of an id; ``False`` also where there is no such thing. Its
            docstring says the rule to clients.
        shards: partitions its subscribers are spread over. One suits the few connections of one person; a kind that
            thousands join needs more, because one partition takes 1,000 writes a second and is read page after page.
        reads: what ``may_join`` touches.
    """

    name: str
    may_join: Callable[[Principal, str], bool]
    shards: int = 1
    reads: Access | None = None

    def channel(self, channel_id: str) -> str:
        """Return the channel's name on the wire, e.g. ``user:usr_01k…``."""
        return f"{self.name}:{channel_id}"

    def partition(self, channel_id: str, connection_id: str) -> str:
        """Return the partition key of one connection's subscription."""
        return self._partition(channel_id, zlib.crc32(connection_id.encode()) % self.shards)

    def partitions(self, channel_id: str) -> list[str]:
        """Return the partition keys of all subscriptions of a channel."""
        return [self._partition(channel_id, shard) for shard in range(self.shards)]

    def _partition(self, channel_id: str, shard: int) -> str:
        return f"SUBSCRIBERS#{self.channel(channel_id)}#{shard}"


def _is_own(principal: Principal, user_id: str) -> bool:
    """Only that user."""
    return principal.user_id == user_id


USER = ChannelKind("user", _is_own)
"""What concerns one person: only they may join."""
