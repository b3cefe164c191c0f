from shared.kernel import realtime
from shared.kernel.clock import Clock
from shared.kernel.declare import on_due
from shared.kernel.shells.batch import DueItem
from shared.live import access, audience


@on_due(audience.DUE_KIND, touches=[access.COUNT_VIEWERS, *realtime.PUBLISH], settings=["socket_endpoint"])
def count_viewers(item: DueItem, clock: Clock) -> None:
    """Count the viewers of a stream that somebody came to or left, and tell its channel."""
    audience.recount(item.pk, now=clock.now())
