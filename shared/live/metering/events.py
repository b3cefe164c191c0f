"""What happens to viewing sessions."""

from shared.kernel.events import DomainEvent
from shared.kernel.money import Credits


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
    charged: Credits
    returned: Credits


class BalanceRanLow(DomainEvent):
    """Watching took a viewer's balance (milli-credits) below the warning threshold."""

    domain = "live"

    user_id: str
    session_id: str
    index: int
    balance: Credits
