from shared import identity
from shared.kernel.clock import Clock
from shared.kernel.declare import socket
from shared.kernel.errors import AccountSuspended, Forbidden, Unauthorized
from shared.kernel.realtime import access, connections
from shared.kernel.realtime.schemas import Heartbeat
from shared.kernel.shells.socket import Frames, SocketMessage


@socket(
    "heartbeat",
    touches=[access.HEARTBEAT, access.SEND, identity.access.READ_USERS],
    errors=[AccountSuspended, Forbidden, Unauthorized],
    settings=["socket_endpoint"],
)
def heartbeat(message: SocketMessage, clock: Clock) -> Frames:
    """Stay present on every channel of the connection."""
    command = message.parse(Heartbeat)
    return [connections.heartbeat(message.connection_id, command, identity.signed_in, now=clock.now())]
