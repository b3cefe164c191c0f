"""The channel of a stream: what happens to it, for those who may watch."""

from shared.kernel.caller import Principal
from shared.kernel.realtime import ChannelKind
from shared.kernel.storage import reads
from shared.live.access import READ_STREAM
from shared.live.items import STREAM_SK, Stream, stream_pk

WATCH = "live:watch"

SHARDS = 16


def _may_join(principal: Principal, stream_id: str) -> bool:
    """Anyone with ``live:watch``, if there is such a stream."""
    return principal.may(WATCH) and reads.get(Stream, stream_pk(stream_id), STREAM_SK) is not None


STREAM = ChannelKind("stream", _may_join, shards=SHARDS, reads=READ_STREAM)
