from shared.kernel.clock import Clock
from shared.kernel.declare import socket
from shared.kernel.errors import Unauthorized
from shared.kernel.realtime import access, connections
from shared.kernel.realtime.schemas import Heartbeat
from shared.kernel.shells.socket import Frames, SocketMessage


@socket("heartbeat", touches=[access.HEARTBEAT, access.SEND], errors=[Unauthorized], settings=["socket_endpoint"])
def heartbeat(message: SocketMessage, clock: Clock) -> Frames:
    """Stay present on every channel of the connection."""
    return [connections.heartbeat(message.connection_id, message.parse(Heartbeat), now=clock.now())]
