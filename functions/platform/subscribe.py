from shared import identity
from shared.kernel.clock import Clock
from shared.kernel.declare import socket
from shared.kernel.domains import domains, named
from shared.kernel.errors import AccountSuspended, Forbidden, NotFound, Unauthorized
from shared.kernel.realtime import ChannelKind, access, subscriptions
from shared.kernel.realtime.errors import TooManySubscriptions
from shared.kernel.realtime.schemas import Subscribe
from shared.kernel.shells.socket import Frames, SocketMessage

KINDS: tuple[ChannelKind, ...] = tuple(named(kind) for domain in domains() for kind in domain.channels)


@socket(
    "subscribe",
    touches=[access.SUBSCRIBE, access.SEND, identity.access.READ_USERS, *(kind.reads for kind in KINDS if kind.reads)],
    errors=[AccountSuspended, Forbidden, NotFound, TooManySubscriptions, Unauthorized],
    settings=["socket_endpoint"],
)
def subscribe(message: SocketMessage, clock: Clock) -> Frames:
    """Join a channel and receive what was missed since ``after``."""
    command = message.parse(Subscribe)
    return subscriptions.subscribe(message.connection_id, command, KINDS, identity.signed_in, now=clock.now())
