from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule
from shared.live.items import Stream
from shared.live.streams import DUE_KIND


@schedule("rate(1 minute)", touches=[due.sweep_access("live"), due.DELIVER], timeout=60)
def sweep_streams(clock: Clock) -> None:
    """Hand over the streams that wait for their picture, each to be looked at."""
    due.sweep(Stream, DUE_KIND, now=clock.now())
