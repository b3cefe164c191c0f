from shared import identity
from shared.kernel.clock import Clock
from shared.kernel.declare import socket
from shared.kernel.errors import AccountSuspended, Forbidden, Unauthorized
from shared.kernel.realtime import access, connections
from shared.kernel.shells.socket import SocketMessage


@socket(
    "$connect",
    touches=[access.CONNECT, identity.access.READ_USERS],
    errors=[AccountSuspended, Forbidden, Unauthorized],
)
def connect(message: SocketMessage, clock: Clock) -> None:
    """Open a connection with a ticket from ``POST /v1/realtime/tickets``."""
    ticket = message.query.get("ticket", "")
    connections.connect(ticket, message.connection_id, identity.signed_in, now=clock.now())
