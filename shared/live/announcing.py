"""Telling a stream's channel how the stream stands."""

from datetime import datetime

from shared.kernel import realtime
from shared.live import lookup, streams
from shared.live.items import Stream
from shared.live.messages import StreamIsLive, StreamIsOver, StreamIsPaused, StreamMessage
from shared.live.rules import StreamStatus


def announce(stream_id: str, *, now: datetime) -> None:
    """Tell how a stream stands now.

    The events that lead here may come twice and in any order: what is told is the stream's present status, so the
    last message is always true.

    Raises:
        NotFound: there is no such stream.
    """
    message = _message(lookup.stream(stream_id))
    if message:
        realtime.publish(message, stream_id, now=now)


def _message(stream: Stream) -> StreamMessage | None:
    match StreamStatus(stream.status):
        case StreamStatus.SCHEDULED:
            return None
        case StreamStatus.LIVE:
            return StreamIsLive(stream_id=stream.stream_id, started_at=stream.started_at)
        case StreamStatus.PAUSED:
            return StreamIsPaused(
                stream_id=stream.stream_id, paused_at=stream.paused_at, ends_at=streams.waits_until(stream)
            )
        case StreamStatus.ENDED | StreamStatus.REMOVED:
            return StreamIsOver(stream_id=stream.stream_id, ended_at=stream.ended_at)
