"""Publishing: give a live message its number, keep it, and send it to everyone on its channel."""

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta

from shared.kernel.realtime.items import ChannelLog
from shared.kernel.realtime.messages import MAX_FRAME, Frame, LiveMessage
from shared.kernel.realtime.replay import numbered, outdated
from shared.kernel.realtime.sending import Outcome, broadcast
from shared.kernel.storage.writes import ConditionFailed, Update, commit

LOG_DAYS = 1
"""How long a silent channel remembers its number: longer than any connection lives (2 hours, X-L-18)."""

DROPPED_TOGETHER = 10
"""Messages past their time are dropped by tens, so that dropping costs one write in ten."""


def publish(message: LiveMessage, channel_id: str, *, now: datetime) -> Counter[Outcome]:
    """Send a message to everyone on its channel, e.g. ``publish(StreamStarted(...), stream_id, now=clock.now())``.

    A kept message costs one write besides the sending, others only the sending. The function needs
    ``touches=[*realtime.PUBLISH]`` and ``settings=["socket_endpoint"]``. Called from consumers of domain events, which
    may run twice: then the message comes twice, under two numbers.

    Returns:
        How many frames were delivered, gone or failed. One dead or slow client changes nothing for the others.

    Raises:
        ValueError: the message is over 4 KB.
        Unavailable: storage does not answer.
    """
    frame = _keep(message, channel_id, now=now) if message.kept else frame_of(message, channel_id, now=now)
    return broadcast(message.channel, channel_id, frame, consistent=message.kept, now=now)


def frame_of(message: LiveMessage, channel_id: str, *, now: datetime) -> str:
    """Return a message as it is sent and kept, without a number.

    Raises:
        ValueError: it is over 4 KB.
    """
    channel = message.channel.channel(channel_id)
    frame = Frame(type=message.type, channel=channel, sequence=None, time=now, data=message)
    text = frame.model_dump_json(by_alias=True)
    if len(text.encode()) > MAX_FRAME:
        raise ValueError(f"{message.type} is over {MAX_FRAME} bytes")
    return text


def log_key(channel: str) -> tuple[str, str]:
    """Return the key of a channel's log."""
    return f"CHANNEL#{channel}", "LOG"


def _keep(message: LiveMessage, channel_id: str, *, now: datetime) -> str:
    pk, sk = log_key(message.channel.channel(channel_id))
    frame = frame_of(message, channel_id, now=now)
    append = [
        ChannelLog.frames.set((ChannelLog.frames | []).append([frame])),
        ChannelLog.first.set(ChannelLog.first | 1),
        ChannelLog.expires_at.set(now + timedelta(days=LOG_DAYS)),
    ]
    log = ChannelLog.load(commit(Update(ChannelLog, pk, sk, append), returned="ALL_NEW"))
    dropped = outdated(log.frames, now=now)
    if dropped >= DROPPED_TOGETHER:
        _drop(log, dropped)
    return numbered(frame, log.sequence())


def _drop(log: ChannelLog, count: int) -> None:
    # From the last to the first: right also for an engine that removes one after the other, as emulators do.
    oldest = [ChannelLog.frames[position].remove() for position in reversed(range(count))]
    actions = [ChannelLog.first.set(log.first + count), *oldest]
    with suppress(ConditionFailed):  # another publisher has dropped them
        commit(Update(ChannelLog, log.pk, log.sk, actions, condition=ChannelLog.first == log.first))
