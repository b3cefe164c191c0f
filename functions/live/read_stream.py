from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, get
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.live import access, lookup, streams
from shared.live.schemas import StreamView


@get(
    "/v1/streams/{stream_id}",
    allow=PUBLIC,
    touches=[access.READ_STREAM],
    errors=[NotFound],
    settings=["paused_minutes"],
)
def read_stream(stream_id: Id, clock: Clock) -> StreamView:
    """Look at a stream: whether it is live, how many watch and what a minute costs."""
    return streams.view(lookup.stream(stream_id), now=clock.now())
