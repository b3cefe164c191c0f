from shared import messaging
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.live.metering.announcing import warn
from shared.live.metering.events import BalanceRanLow


@on_event(BalanceRanLow, touches=[messaging.access.REQUEST])
def warn_low_balance(event: BalanceRanLow, clock: Clock) -> None:
    """Ask for the messages that tell a viewer that their balance runs low."""
    warn(event, now=clock.now())
