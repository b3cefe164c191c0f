"""Subscriptions: join a channel by its rule, find what was missed, leave it."""

from collections.abc import Sequence
from datetime import datetime

from pynamodb.expressions.condition import size

from shared.kernel.errors import NotFound, Unauthorized
from shared.kernel.realtime.channels import ChannelKind
from shared.kernel.realtime.connections import connection_pk
from shared.kernel.realtime.errors import TooManySubscriptions
from shared.kernel.realtime.items import ChannelLog, Connection, Subscription
from shared.kernel.realtime.publishing import log_key
from shared.kernel.realtime.replay import Missed, missed_after
from shared.kernel.realtime.schemas import Subscribe, Subscribed, Unsubscribe, Unsubscribed
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Attributes, Delete, Put, Update, transact

MAX_SUBSCRIPTIONS = 20
"""Channels that one connection may hear at a time."""


def subscribe(
    connection_id: str, command: Subscribe, kinds: Sequence[ChannelKind], *, now: datetime
) -> list[Subscribed | str]:
    """Join a channel and return the answer, followed by the messages that were missed.

    The subscription is written before the log is read, and publishers find subscriptions by a consistent read after
    they have written the log: a kept message is in the answer or comes live, perhaps both, never neither.

    Raises:
        Unauthorized: the connection is not known (any more).
        NotFound: there is no such channel, or not for this user.
        TooManySubscriptions: the connection hears 20 channels.
    """
    connection = _connection(connection_id)
    kind_name, _, channel_id = command.channel.partition(":")
    kind = next((kind for kind in kinds if kind.name == kind_name), None)
    if kind is None or not kind.may_join(connection.principal(), channel_id):
        raise NotFound
    _join(connection, kind.partition(channel_id, connection_id), connection_id)
    missed = _missed(command, now=now)
    answer = Subscribed(channel=command.channel, sequence=missed.sequence, gap=missed.gap, ref=command.ref)
    return [answer, *missed.frames]


def unsubscribe(connection_id: str, command: Unsubscribe) -> Unsubscribed:
    """Leave a channel; leaving one that was not joined is the same.

    Raises:
        Unauthorized: the connection is not known (any more).
    """
    connection = _connection(connection_id)
    prefix = f"SUBSCRIBERS#{command.channel}#"
    for partition in connection.subscriptions or ():
        if partition.startswith(prefix):
            left = [Connection.subscriptions.delete({partition})]
            transact(
                [
                    Update(Connection, connection.pk, connection.sk, left, Connection.pk.exists(), Unauthorized),
                    Delete(Subscription, partition, connection_id),
                ]
            )
    return Unsubscribed(channel=command.channel, ref=command.ref)


def _connection(connection_id: str) -> Connection:
    connection = reads.get(Connection, connection_pk(connection_id), "CONNECTION")
    if connection is None:
        raise Unauthorized
    return connection


def _join(connection: Connection, partition: str, connection_id: str) -> None:
    joined = Connection.subscriptions
    room = size(joined) < MAX_SUBSCRIPTIONS  # type: ignore[no-untyped-call]
    free = joined.does_not_exist() | room | joined.contains(partition)
    transact(
        [
            Update(
                Connection,
                connection.pk,
                connection.sk,
                [joined.add({partition})],
                condition=Connection.pk.exists() & free,
                error=_full,
            ),
            Put(Subscription(pk=partition, sk=connection_id, expires_at=connection.expires_at)),
        ]
    )


def _full(old: Attributes | None) -> Exception:
    return TooManySubscriptions() if old else Unauthorized()


def _missed(command: Subscribe, *, now: datetime) -> Missed:
    log = reads.get(ChannelLog, *log_key(command.channel))
    return missed_after(command.after, log.first if log else 1, log.frames if log else (), now=now)
