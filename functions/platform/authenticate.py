from shared import identity
from shared.kernel.clock import Clock
from shared.kernel.declare import socket
from shared.kernel.errors import AccountSuspended, Forbidden, Unauthorized
from shared.kernel.realtime import access, connections
from shared.kernel.realtime.schemas import Authenticate
from shared.kernel.shells.socket import Frames, SocketMessage


@socket(
    "authenticate",
    touches=[access.AUTHENTICATE, access.SEND, identity.access.READ_USERS],
    errors=[AccountSuspended, Forbidden, Unauthorized],
    settings=["socket_endpoint"],
)
def authenticate(message: SocketMessage, clock: Clock) -> Frames:
    """Keep the connection with a fresh ticket of the same sign-in."""
    command = message.parse(Authenticate)
    return [connections.authenticate(message.connection_id, command, identity.signed_in, now=clock.now())]
