from shared.kernel.declare import socket
from shared.kernel.realtime import access, connections
from shared.kernel.shells.socket import SocketMessage


@socket("$disconnect", touches=[access.DISCONNECT])
def disconnect(message: SocketMessage) -> None:
    """Forget a connection that was closed; the gateway does not always tell."""
    connections.forget(message.connection_id)
