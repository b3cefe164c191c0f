from shared.kernel.clock import Clock
from shared.kernel.declare import socket
from shared.kernel.errors import Unauthorized
from shared.kernel.realtime import access, connections
from shared.kernel.shells.socket import SocketMessage


@socket("$connect", touches=[access.CONNECT], errors=[Unauthorized])
def connect(message: SocketMessage, clock: Clock) -> None:
    """Open a connection with a ticket from ``POST /v1/realtime/tickets``."""
    connections.connect(message.query.get("ticket", ""), message.connection_id, now=clock.now())
