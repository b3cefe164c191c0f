from shared.kernel.clock import Clock
from shared.kernel.declare import socket
from shared.kernel.errors import Unauthorized
from shared.kernel.realtime import access, subscriptions
from shared.kernel.realtime.schemas import Unsubscribe
from shared.kernel.shells.socket import Frames, SocketMessage


@socket(
    "unsubscribe",
    touches=[access.UNSUBSCRIBE, access.SEND],
    errors=[Unauthorized],
    settings=["socket_endpoint"],
)
def unsubscribe(message: SocketMessage, clock: Clock) -> Frames:
    """Leave a channel."""
    return [subscriptions.unsubscribe(message.connection_id, message.parse(Unsubscribe), now=clock.now())]
