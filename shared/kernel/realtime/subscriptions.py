"""Subscriptions: join a channel by its rule, find what was missed, leave it."""

from collections.abc import Sequence
from datetime import datetime

from pynamodb.expressions.condition import size

from shared.kernel.errors import NotFound, Unauthorized
from shared.kernel.realtime.channels import ChannelKind
from shared.kernel.realtime.connections import Authority, open_connection, permitted
from shared.kernel.realtime.errors import TooManySubscriptions
from shared.kernel.realtime.items import ChannelLog, Connection, Subscription
from shared.kernel.realtime.publishing import log_key
from shared.kernel.realtime.replay import Missed, missed_after
from shared.kernel.realtime.schemas import Subscribe, Subscribed, Unsubscribe, Unsubscribed
from shared.kernel.storage import reads
from shared.kernel.storage.client import Attributes
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.writes import Delete, Put, Update, transact

MAX_SUBSCRIPTIONS = 20
"""Channels that one connection may hear at a time."""


def subscribe(
    connection_id: str, command: Subscribe, kinds: Sequence[ChannelKind], authority: Authority, *, now: datetime
) -> list[Subscribed | str]:
    """Join a channel and return the answer, followed by the messages that were missed.

    The subscription is written before the log is read, and publishers find subscriptions by a consistent read after
    they have written the log: a kept message is in the answer or comes live, perhaps both, never neither.

    The sign-in is asked after before joining. Whoever ends it takes the connection apart, and one that is being taken
    apart can join nothing.

    Raises:
        Unauthorized: the connection is not known (any more), its time or its sign-in is over.
        AccountSuspended: the account is suspended.
        NotFound: there is no such channel, or not for this user.
        TooManySubscriptions: the connection hears 20 channels.
        Unavailable: its end moved at every try.
    """
    kind_name, _, channel_id = command.channel.partition(":")
    kind = next((kind for kind in kinds if kind.name == kind_name), None)

    def join() -> None:
        connection = open_connection(connection_id, now=now)
        principal = permitted(connection, authority, now=now)
        if kind is None or not kind.may_join(principal, channel_id):
            raise NotFound
        _join(connection, kind.partition(channel_id, connection_id), connection_id)

    retry_on_conflict(join)
    missed = _missed(command, now=now)
    answer = Subscribed(channel=command.channel, sequence=missed.sequence, gap=missed.gap, ref=command.ref)
    return [answer, *missed.frames]


def unsubscribe(connection_id: str, command: Unsubscribe, *, now: datetime) -> Unsubscribed:
    """Leave a channel; leaving one that was not joined is the same.

    Raises:
        Unauthorized: the connection is not known (any more), or its time is over.
    """
    connection = open_connection(connection_id, now=now)
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


def _join(connection: Connection, partition: str, connection_id: str) -> None:
    joined = Connection.subscriptions
    room = size(joined) < MAX_SUBSCRIPTIONS  # type: ignore[no-untyped-call]
    free = joined.does_not_exist() | room | joined.contains(partition)
    same = Connection.closing.does_not_exist() & (Connection.expires_at == connection.expires_at)
    transact(
        [
            Update(
                Connection,
                connection.pk,
                connection.sk,
                [joined.add({partition})],
                condition=same & free,
                error=_full,
            ),
            Put(Subscription(pk=partition, sk=connection_id, expires_at=connection.expires_at)),
        ]
    )


def _full(old: Attributes | None) -> Exception:
    standing: Connection | None = Connection.load(old) if old else None
    if standing is None or standing.closing:
        return Unauthorized()
    return TooManySubscriptions() if len(standing.subscriptions or ()) >= MAX_SUBSCRIPTIONS else VersionConflict()


def _missed(command: Subscribe, *, now: datetime) -> Missed:
    log = reads.get(ChannelLog, *log_key(command.channel))
    return missed_after(command.after, log.first if log else 1, log.frames if log else (), now=now)
