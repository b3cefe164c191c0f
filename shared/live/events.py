"""What happens to streams."""

from datetime import datetime
from typing import ClassVar

from shared.kernel.events import DomainEvent
from shared.live.items import DOMAIN


class StreamStarted(DomainEvent):
    """A stream went on air, for the first time or after a pause."""

    domain: ClassVar[str] = DOMAIN

    stream_id: str
    creator_id: str
    title: str
    started_at: datetime


class StreamPaused(DomainEvent):
    """A stream's picture is gone, or its creator paused it: nobody pays while it lasts."""

    domain: ClassVar[str] = DOMAIN

    stream_id: str
    creator_id: str
    paused_at: datetime


class StreamEnded(DomainEvent):
    """A stream is over: its room closes and its viewing sessions are settled."""

    domain: ClassVar[str] = DOMAIN

    stream_id: str
    creator_id: str
    ended_at: datetime


class LivekitEventReceived(DomainEvent):
    """A verified event of LiveKit lies in the inbox."""

    domain: ClassVar[str] = DOMAIN

    event_id: str
