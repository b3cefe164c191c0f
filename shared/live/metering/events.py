"""What happens to viewing sessions."""

from shared.kernel.events import DomainEvent


class ViewingStarted(DomainEvent):
    """Somebody began to watch a stream."""

    domain = "live"

    stream_id: str
    session_id: str
    user_id: str


class ViewingEnded(DomainEvent):
    """A viewing session was settled; amounts are milli-credits, ``reason`` is one of ``metering.rules.Reason``."""

    domain = "live"

    stream_id: str
    session_id: str
    user_id: str
    reason: str
    charged: int
    returned: int
