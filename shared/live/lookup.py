"""Finding a stream, for everything that begins with one."""

from shared.kernel.errors import NotFound
from shared.kernel.storage import reads
from shared.live.items import STREAM_SK, Stream, stream_pk


def stream(stream_id: str) -> Stream:
    """Return a stream. One read.

    Raises:
        NotFound: there is none.
    """
    found = reads.get(Stream, stream_pk(stream_id), STREAM_SK)
    if found is None:
        raise NotFound
    return found
