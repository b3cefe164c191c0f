"""What is told live on a stream's channel, ``stream:{id}``."""

from typing import ClassVar

from pydantic import Field

from shared.kernel.realtime import ChannelKind, LiveMessage
from shared.kernel.wire import Instant
from shared.live.channels import STREAM


class StreamMessage(LiveMessage):
    """A message about one stream."""

    channel: ClassVar[ChannelKind] = STREAM

    stream_id: str = Field(examples=["str_01jq4w8z7xkq3v9n2m5t6r8c1d"])


class StreamIsLive(StreamMessage):
    """The stream is on air."""

    type: ClassVar[str] = "stream.started"

    started_at: Instant


class StreamIsPaused(StreamMessage):
    """The picture is gone: nobody pays until it is back, and the stream ends at ``endsAt`` unless it is."""

    type: ClassVar[str] = "stream.paused"

    paused_at: Instant
    ends_at: Instant


class StreamIsOver(StreamMessage):
    """The stream is over."""

    type: ClassVar[str] = "stream.ended"

    ended_at: Instant


class ViewersChanged(StreamMessage):
    """So many watch now."""

    type: ClassVar[str] = "viewers.changed"
    kept: ClassVar[bool] = False

    viewers: int = Field(ge=0, examples=[42])
