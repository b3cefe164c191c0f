from shared import wallet
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.live import metering
from shared.live.events import StreamEnded, StreamPaused
from shared.live.metering import access


@on_event(StreamEnded, StreamPaused, touches=[access.SETTLE_STREAM, wallet.access.POST], timeout=60)
def settle_stream(event: StreamEnded | StreamPaused, clock: Clock) -> None:
    """Stop the clocks of everyone who watches a stream that is paused, and settle them when it is over."""
    metering.follow_stream(event.stream_id, now=clock.now())
