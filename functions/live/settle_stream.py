from shared import wallet
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.live import metering
from shared.live.events import StreamEnded, StreamPaused
from shared.live.metering import Reason, access


@on_event(StreamEnded, StreamPaused, touches=[access.SETTLE_STREAM, wallet.access.POST], timeout=60)
def settle_stream(event: StreamEnded | StreamPaused, clock: Clock) -> None:
    """Settle everyone who watches a stream that went off air, as of that moment."""
    if isinstance(event, StreamEnded):
        metering.settle_stream(event.stream_id, Reason.STREAM_ENDED, at=event.ended_at, now=clock.now())
    else:
        metering.settle_stream(event.stream_id, Reason.STREAM_PAUSED, at=event.paused_at, now=clock.now())
