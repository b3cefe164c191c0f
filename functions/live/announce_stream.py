from shared.kernel import realtime
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.live import access, announcing
from shared.live.events import StreamEnded, StreamPaused, StreamStarted


@on_event(
    StreamStarted,
    StreamPaused,
    StreamEnded,
    touches=[access.READ_STREAM, *realtime.PUBLISH],
    settings=["socket_endpoint", "paused_minutes"],
)
def announce_stream(event: StreamStarted | StreamPaused | StreamEnded, clock: Clock) -> None:
    """Tell a stream's channel that it went live, paused or ended."""
    announcing.announce(event.stream_id, now=clock.now())
