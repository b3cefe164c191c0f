from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import delete
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.live import access, streams
from shared.live.schemas import StreamView


@delete(
    "/v1/streams/{stream_id}",
    allow="live:create",
    idempotent=True,
    rate="write",
    touches=[access.CHANGE_STREAM, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound],
    settings=["paused_minutes"],
)
def delete_stream(stream_id: Id, caller: Caller, clock: Clock) -> StreamView:
    """End a stream for good, as ``/end`` does; its record stays."""
    now = clock.now()
    return streams.view(streams.end(stream_id, caller, now=now), now=now)
