"""Connections: opened with a one-time ticket, kept alive by heartbeats, forgotten when they are gone (X-P-20)."""

import hashlib
import secrets
from datetime import datetime, timedelta

from shared.kernel.caller import Principal
from shared.kernel.errors import Unauthorized
from shared.kernel.realtime.items import Admitted, Connection, Subscription, Ticket
from shared.kernel.realtime.schemas import Alive, Heartbeat
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Delete, Put, Update, commit

TICKET_SECONDS = 60
CONNECTION_LIFE = timedelta(hours=2, minutes=10)
"""The gateway ends a connection after two hours (X-L-18); its items outlive it a little."""


def _ticket_pk(ticket: str) -> str:
    return f"TICKET#{hashlib.sha256(ticket.encode()).hexdigest()}"


def connection_pk(connection_id: str) -> str:
    """Return the partition key of a connection."""
    return f"CONNECTION#{connection_id}"


def issue_ticket(principal: Principal, *, now: datetime) -> tuple[str, datetime]:
    """Make a ticket that opens one connection within a minute; only its hash is stored.

    Returns:
        The ticket and when it ends.
    """
    ticket = secrets.token_urlsafe(32)
    expires_at = (now + timedelta(seconds=TICKET_SECONDS)).replace(microsecond=0)
    commit(
        Put(
            Ticket(
                pk=_ticket_pk(ticket),
                sk="TICKET",
                user_id=principal.user_id,
                session_id=principal.session_id,
                permissions=" ".join(sorted(principal.permissions)),
                verified=principal.verified,
                expires_at=expires_at,
            )
        )
    )
    return ticket, expires_at


def connect(ticket: str, connection_id: str, *, now: datetime) -> None:
    """Open a connection with a ticket, which is used up.

    Raises:
        Unauthorized: the ticket is unknown, used or over.
    """
    holder: Admitted = Ticket.load(
        commit(
            Delete(Ticket, _ticket_pk(ticket), "TICKET", condition=Ticket.expires_at > now, error=Unauthorized),
            returned="ALL_OLD",
        )
    )
    commit(
        Put(
            Connection(
                pk=connection_pk(connection_id),
                sk="CONNECTION",
                user_id=holder.user_id,
                session_id=holder.session_id,
                permissions=holder.permissions,
                verified=holder.verified,
                heartbeat_at=now,
                expires_at=now + CONNECTION_LIFE,
            )
        )
    )


def heartbeat(connection_id: str, command: Heartbeat, *, now: datetime) -> Alive:
    """Note that a connection is alive.

    Raises:
        Unauthorized: it is not known (any more).
    """
    commit(
        Update(
            Connection,
            connection_pk(connection_id),
            "CONNECTION",
            [Connection.heartbeat_at.set(now)],
            condition=Connection.pk.exists(),
            error=Unauthorized,
        )
    )
    return Alive(time=now, ref=command.ref)


def forget(connection_id: str) -> None:
    """Remove a connection and its subscriptions; doing it again, or in part, does no harm."""
    connection = reads.get(Connection, connection_pk(connection_id), "CONNECTION")
    if connection is None:
        return
    for partition in connection.subscriptions or ():
        commit(Delete(Subscription, partition, connection_id))
    commit(Delete(Connection, connection.pk, connection.sk))
