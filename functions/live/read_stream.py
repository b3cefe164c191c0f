from shared.kernel.declare import PUBLIC, get
from shared.kernel.errors import NotFound
from shared.live import access, lookup, streams
from shared.live.schemas import StreamId, StreamView


@get("/v1/streams/{id}", allow=PUBLIC, touches=[access.READ_STREAM], errors=[NotFound])
def read_stream(stream_id: StreamId) -> StreamView:
    """Look at a stream: whether it is live, how many watch and what a minute costs."""
    return streams.view(lookup.stream(stream_id))
