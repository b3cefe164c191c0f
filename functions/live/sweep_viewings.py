from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule
from shared.live.metering.items import ViewingItem
from shared.live.metering.sessions import DUE_KIND


@schedule("rate(1 minute)", touches=[due.sweep_access("live"), due.DELIVER], timeout=60)
def sweep_viewings(clock: Clock) -> None:
    """Hand over the active viewing sessions, each to be looked at when its viewer may have fallen silent."""
    due.sweep(ViewingItem, DUE_KIND, now=clock.now())
