from shared.kernel.clock import Clock
from shared.kernel.declare import socket
from shared.kernel.errors import NotFound, Unauthorized
from shared.kernel.realtime import USER, access, subscriptions
from shared.kernel.realtime.errors import TooManySubscriptions
from shared.kernel.realtime.schemas import Subscribe
from shared.kernel.shells.socket import Frames, SocketMessage

KINDS = (USER,)


@socket(
    "subscribe",
    touches=[access.SUBSCRIBE, access.SEND],
    errors=[Unauthorized, NotFound, TooManySubscriptions],
    settings=["socket_endpoint"],
)
def subscribe(message: SocketMessage, clock: Clock) -> Frames:
    """Join a channel and receive what was missed since ``after``."""
    return subscriptions.subscribe(message.connection_id, message.parse(Subscribe), KINDS, now=clock.now())
