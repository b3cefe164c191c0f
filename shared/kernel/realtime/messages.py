"""Live messages: what goes out on a channel, declared in ``shared/<domain>/messages.py``."""

from typing import ClassVar, Generic, TypeVar

from pydantic import SerializeAsAny

from shared.kernel.realtime.channels import ChannelKind
from shared.kernel.wire import Instant, Wire

MAX_FRAME = 4 * 1024
"""Bytes of one live message as sent, so that a channel's kept messages stay far below an item's 400 KB."""


class LiveMessage(Wire):
    """The ``data`` of a live message. Subclasses set ``type`` and ``channel``; AsyncAPI is made from them.

    State how things are rather than what to add: a message may arrive twice.

    Attributes:
        type: stable name, e.g. ``stream.started``.
        channel: the kind of channel it goes to.
        kept: numbered and replayed after a reconnect. Set it to ``False`` for what the next message replaces anyway,
            such as a balance.
    """

    type: ClassVar[str]
    channel: ClassVar[ChannelKind]
    kept: ClassVar[bool] = True


T = TypeVar("T", bound=LiveMessage)


class Frame(Wire, Generic[T]):
    """What a client receives. ``sequence`` counts a channel's kept messages without a gap; ``null`` on others."""

    type: str
    channel: str
    sequence: int | None
    time: Instant
    data: SerializeAsAny[T]
