"""Connections: opened with a one-time ticket, kept by fresh ones, closed with the sign-in they belong to (X-P-20)."""

import hashlib
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from shared.kernel.caller import Principal
from shared.kernel.config import settings
from shared.kernel.errors import DomainError, Unauthorized
from shared.kernel.realtime.items import Admitted, Connection, Subscription, Ticket, UserConnection
from shared.kernel.realtime.schemas import Alive, Authenticate, Authenticated, Heartbeat
from shared.kernel.storage import reads
from shared.kernel.storage.writes import ConditionFailed, Delete, Put, Update, commit, transact

TICKET_SECONDS = 60
CONNECT = "realtime:connect"
"""What whoever holds a connection must be permitted."""


class Authority(Protocol):
    """Tells what a user's sign-in permits now; the kernel knows no accounts."""

    def __call__(self, user_id: str, session_id: str, *, now: datetime) -> Principal:
        """Return who it is, from a consistent read.

        Raises:
            Unauthorized: the sign-in is over.
            AccountSuspended: the account is suspended.
        """


def _ticket_pk(ticket: str) -> str:
    return f"TICKET#{hashlib.sha256(ticket.encode()).hexdigest()}"


def connection_pk(connection_id: str) -> str:
    """Return the partition key of a connection."""
    return f"CONNECTION#{connection_id}"


def user_pk(user_id: str) -> str:
    """Return the partition key of a user's connections."""
    return f"CONNECTIONS#{user_id}"


def _hears_until(now: datetime) -> datetime:
    """Return how long a ticket used now lets a connection hear: as long as an access token issued now would."""
    return (now + timedelta(minutes=settings().access_token_minutes)).replace(microsecond=0)


def issue_ticket(principal: Principal, *, now: datetime) -> tuple[str, datetime]:
    """Make a ticket that opens or keeps one connection within a minute; only its hash is stored.

    Returns:
        The ticket and when it ends.
    """
    ticket = secrets.token_urlsafe(32)
    expires_at = (now + timedelta(seconds=TICKET_SECONDS)).replace(microsecond=0)
    admitted = Ticket(
        pk=_ticket_pk(ticket),
        sk="TICKET",
        user_id=principal.user_id,
        session_id=principal.session_id,
        expires_at=expires_at,
    )
    commit(Put(admitted))
    return ticket, expires_at


def _used_up(ticket: str, *, now: datetime) -> Admitted:
    taken = Delete(Ticket, _ticket_pk(ticket), "TICKET", condition=Ticket.expires_at > now, error=Unauthorized)
    holder: Admitted = Ticket.load(commit(taken, returned="ALL_OLD"))
    return holder


def permitted(holder: Admitted, authority: Authority, *, now: datetime) -> Principal:
    """Return what the holder of a connection may now.

    Raises:
        DomainError: their sign-in is over, the account is suspended, or they may not connect any more.
    """
    principal = authority(holder.user_id, holder.session_id, now=now)
    principal.require(CONNECT)
    return principal


def connect(ticket: str, connection_id: str, authority: Authority, *, now: datetime) -> None:
    """Open a connection with a ticket, which is used up.

    The connection is written first and the sign-in asked after: whoever ends the sign-in either finds the connection,
    or has ended it before it is asked after.

    Raises:
        Unauthorized: the ticket is unknown, used or over; the sign-in has ended since.
        AccountSuspended: the account was suspended since.
        Forbidden: the permission was taken away since.
    """
    holder = _used_up(ticket, now=now)
    until = _hears_until(now)
    opened = Connection(
        pk=connection_pk(connection_id),
        sk=Connection.SK,
        user_id=holder.user_id,
        session_id=holder.session_id,
        heartbeat_at=now,
        expires_at=until,
    )
    listed = UserConnection(
        pk=user_pk(holder.user_id), sk=connection_id, session_id=holder.session_id, expires_at=until
    )
    transact([Put(opened), Put(listed)])
    try:
        permitted(holder, authority, now=now)
    except DomainError:
        forget(connection_id)
        raise


def open_connection(connection_id: str, *, now: datetime) -> Connection:
    """Return a connection that may still hear.

    Raises:
        Unauthorized: it is not known (any more), or its time is over.
    """
    connection = reads.get(Connection, connection_pk(connection_id), Connection.SK)
    if connection is None or connection.closing or connection.expires_at <= now:
        raise Unauthorized
    return connection


def authenticate(connection_id: str, command: Authenticate, authority: Authority, *, now: datetime) -> Authenticated:
    """Keep a connection with a fresh ticket of its own sign-in, which is used up.

    Raises:
        Unauthorized: the connection is not known or over; the ticket is unknown, used, over or of another sign-in.
        AccountSuspended: the account is suspended.
        Forbidden: the permission was taken away.
    """
    connection = open_connection(connection_id, now=now)
    holder = _used_up(command.ticket, now=now)
    if (holder.user_id, holder.session_id) != (connection.user_id, connection.session_id):
        raise Unauthorized
    permitted(holder, authority, now=now)
    until = _hears_until(now)
    kept = Connection.pk.exists() & Connection.closing.does_not_exist()
    actions = [Connection.expires_at.set(until), Connection.heartbeat_at.set(now)]
    moved = Update(Connection, connection.pk, connection.sk, actions, condition=kept, error=Unauthorized)
    # From here on a channel that is joined is joined until then; those that were joined before follow.
    heard = Connection.load(commit(moved, returned="ALL_NEW")).subscriptions or ()
    _keep(UserConnection, user_pk(connection.user_id), connection_id, until)
    for partition in heard:
        _keep(Subscription, partition, connection_id, until)
    return Authenticated(expires_at=until, ref=command.ref)


def _keep(model: type[UserConnection | Subscription], pk: str, connection_id: str, until: datetime) -> None:
    with suppress(ConditionFailed):  # left meanwhile
        commit(Update(model, pk, connection_id, [model.expires_at.set(until)], condition=model.pk.exists()))


def heartbeat(connection_id: str, command: Heartbeat, authority: Authority, *, now: datetime) -> Alive:
    """Note that a connection is alive, and that whoever holds it still may.

    Raises:
        Unauthorized: it is not known (any more), its time or its sign-in is over.
        AccountSuspended: the account is suspended.
        Forbidden: the permission was taken away.
    """
    may_hear = Connection.closing.does_not_exist() & (Connection.expires_at > now)
    noted = Update(
        Connection,
        connection_pk(connection_id),
        Connection.SK,
        [Connection.heartbeat_at.set(now)],
        condition=may_hear,
        error=Unauthorized,
    )
    connection = Connection.load(commit(noted, returned="ALL_NEW"))
    permitted(connection, authority, now=now)
    return Alive(time=now, expires_at=connection.expires_at, ref=command.ref)


def forget(connection_id: str) -> None:
    """Remove a connection and its subscriptions; doing it again, or in part, does no harm.

    It is marked first, so that nothing is added while what it has is removed.
    """
    pk = connection_pk(connection_id)
    marked = Update(Connection, pk, Connection.SK, [Connection.closing.set(True)], condition=Connection.pk.exists())
    try:
        connection = Connection.load(commit(marked, returned="ALL_NEW"))
    except ConditionFailed:
        return
    for partition in connection.subscriptions or ():
        commit(Delete(Subscription, partition, connection_id))
    commit(Delete(UserConnection, user_pk(connection.user_id), connection_id))
    commit(Delete(Connection, pk, Connection.SK))


def of_user(user_id: str, session_id: str | None = None) -> list[str]:
    """Return the ids of a user's connections, of one sign-in or of all."""
    found = reads.query_all(UserConnection, UserConnection.pk == user_pk(user_id), consistent=True)
    mine = (UserConnection.load(dict(item)) for item in found)
    return [one.sk for one in mine if session_id in {None, one.session_id}]
