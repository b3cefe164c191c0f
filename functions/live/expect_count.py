from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.live import access, audience
from shared.live.metering.events import ViewingEnded, ViewingStarted


@on_event(ViewingStarted, ViewingEnded, touches=[access.EXPECT_COUNT, due.DELIVER])
def expect_count(event: ViewingStarted | ViewingEnded, clock: Clock) -> None:
    """Have a stream's viewers counted soon after somebody came or left."""
    audience.expect_count(event.stream_id, now=clock.now())
