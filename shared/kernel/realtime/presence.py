"""Presence: who is on a channel now, told by the heartbeats of their connections (X-B-14).

Heartbeats write one item, whatever the connection hears; presence reads more, and is asked for far less often.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from shared.kernel.realtime.channels import ChannelKind
from shared.kernel.realtime.connections import connection_pk
from shared.kernel.realtime.items import Connection
from shared.kernel.realtime.sending import WORKERS, subscribers
from shared.kernel.storage import reads
from shared.kernel.storage.items import Item

PRESENT_FOR = timedelta(seconds=75)
"""How long a heartbeat counts: two may be lost."""


def present(kind: ChannelKind, channel_id: str, *, now: datetime) -> set[str]:
    """Return the ids of the users on a channel who gave a sign of life within 75 seconds.

    The function needs ``touches=[realtime.PRESENCE]``.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        found = subscribers(pool, kind, channel_id, consistent=False)
        keys = [(Connection, connection_pk(subscription.sk), "CONNECTION") for subscription in found]
        groups = [keys[start : start + reads.BATCH_KEYS] for start in range(0, len(keys), reads.BATCH_KEYS)]
        connections = [one for group in pool.map(_connections, groups) for one in group if one]
    return {connection.user_id for connection in connections if connection.heartbeat_at > now - PRESENT_FOR}


def _connections(keys: list[tuple[type[Item], str, str]]) -> list[Connection | None]:
    return reads.get_many(keys, consistent=False)
