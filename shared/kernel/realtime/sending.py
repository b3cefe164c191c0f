"""Frames to connections: one, or everyone on a channel."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from enum import StrEnum
from functools import cache
from itertools import chain
from typing import Any

from shared.kernel.config import settings
from shared.kernel.realtime.channels import ChannelKind
from shared.kernel.realtime.connections import connection_pk, forget
from shared.kernel.realtime.items import Connection, Subscription
from shared.kernel.storage import reads
from shared.kernel.storage.client import aws_client
from shared.kernel.storage.writes import Delete, commit
from shared.kernel.telemetry import metrics

WORKERS = 32
READ_SECONDS = 2
"""A client that takes longer does not hold up the others: its worker gives up."""

_PASSING = frozenset({"LimitExceededException", "ThrottlingException", "InternalServerError", "ServiceUnavailable"})


class Outcome(StrEnum):
    """What became of one frame to one connection."""

    DELIVERED = "LiveDelivered"
    GONE = "LiveGone"
    FAILED = "LiveFailed"


@cache
def _sockets() -> Any:
    return aws_client(
        "apigatewaymanagementapi",
        endpoint_url=settings().socket_endpoint,
        read_timeout=READ_SECONDS,
        attempts=2,
        config={"max_pool_connections": WORKERS},
    )


def send(connection_id: str, frame: str) -> Outcome:
    """Send one frame to one connection.

    Raises:
        ClientError: the gateway refused for a reason that has nothing to do with the connection.
    """
    from botocore.exceptions import ClientError, HTTPClientError

    try:
        _sockets().post_to_connection(ConnectionId=connection_id, Data=frame.encode())
    except HTTPClientError:
        return Outcome.FAILED
    except ClientError as refused:
        code = refused.response["Error"]["Code"]
        if code == "GoneException":
            return Outcome.GONE
        if code in _PASSING:
            return Outcome.FAILED
        raise
    return Outcome.DELIVERED


def hang_up(connection_id: str) -> None:
    """Close a connection and forget it; one that is closed already is fine.

    Raises:
        ClientError: the gateway refused for a reason that has nothing to do with the connection.
        HTTPClientError: it did not answer.
    """
    from botocore.exceptions import ClientError

    try:
        _sockets().delete_connection(ConnectionId=connection_id)
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "GoneException":
            raise
    forget(connection_id)


def broadcast(kind: ChannelKind, channel_id: str, frame: str, *, consistent: bool, now: datetime) -> Counter[Outcome]:
    """Send one frame to everyone on a channel; whoever is gone is forgotten, whose time is over is closed.

    Args:
        kind: of the channel.
        channel_id: which of them.
        frame: what to send.
        consistent: find also whoever subscribed this moment.
        now: the present instant.

    Returns:
        How many frames came to which end; the same counts go to the metrics.
    """
    with ThreadPoolExecutor(WORKERS) as pool:
        everyone = subscribers(pool, kind, channel_id, consistent=consistent)
        outcomes = Counter(pool.map(lambda subscription: _deliver(subscription, frame, now=now), everyone))
    for outcome, count in outcomes.items():
        metrics().add_metric(name=outcome, unit="Count", value=count)
    return outcomes


def subscribers(
    pool: ThreadPoolExecutor, kind: ChannelKind, channel_id: str, *, consistent: bool
) -> Iterator[Subscription]:
    """Yield everyone on a channel, its partitions read side by side."""

    def read(partition: str) -> list[Subscription]:
        found = reads.query_all(Subscription, Subscription.pk == partition, consistent=consistent)
        return [Subscription.load(dict(item)) for item in found]

    return chain.from_iterable(pool.map(read, kind.partitions(channel_id)))


def _deliver(subscription: Subscription, frame: str, *, now: datetime) -> Outcome:
    if subscription.expires_at <= now and _is_over(subscription.sk, now=now):
        commit(Delete(Subscription, subscription.pk, subscription.sk))
        hang_up(subscription.sk)
        return Outcome.GONE
    outcome = send(subscription.sk, frame)
    if outcome is Outcome.GONE:
        commit(Delete(Subscription, subscription.pk, subscription.sk))
        forget(subscription.sk)
    return outcome


def _is_over(connection_id: str, *, now: datetime) -> bool:
    """Tell whether a connection may hear no longer; its subscription may be read as it was before a fresh ticket."""
    connection = reads.get(Connection, connection_pk(connection_id), Connection.SK)
    return connection is None or connection.expires_at <= now
