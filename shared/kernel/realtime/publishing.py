"""Publishing: give a live message its number, keep it, and send it to everyone on its channel."""

import random
import time
from collections import Counter
from datetime import datetime, timedelta

from shared.kernel.errors import Unavailable
from shared.kernel.realtime.items import ChannelLog
from shared.kernel.realtime.messages import MAX_FRAME, Frame, LiveMessage
from shared.kernel.realtime.replay import retained
from shared.kernel.realtime.sending import Outcome, broadcast
from shared.kernel.storage import reads
from shared.kernel.storage.writes import ConditionFailed, Put, commit

LOG_DAYS = 1
"""How long a silent channel remembers its number: longer than any connection lives (2 hours, X-L-18)."""

_ATTEMPTS = 40
_BASE_SECONDS = 0.005
_CAP_SECONDS = 0.1


def publish(message: LiveMessage, channel_id: str, *, now: datetime) -> Counter[Outcome]:
    """Send a message to everyone on its channel, e.g. ``publish(StreamStarted(...), stream_id, now=clock.now())``.

    A kept message costs one read and one write besides the sending, others only the sending. The function needs
    ``touches=[*realtime.PUBLISH]`` and ``settings=["socket_endpoint"]``. Called from consumers of domain events, which
    may run twice: then the message comes twice, under two numbers.

    Returns:
        How many frames were delivered, gone or failed. One dead or slow client changes nothing for the others.

    Raises:
        ValueError: the message is over 4 KB.
        Unavailable: too many publishers at once on one channel, or storage does not answer.
    """
    frame = _keep(message, channel_id, now=now) if message.kept else frame_of(message, channel_id, None, now=now)
    return broadcast(message.channel, channel_id, frame, consistent=message.kept)


def frame_of(message: LiveMessage, channel_id: str, sequence: int | None, *, now: datetime) -> str:
    """Return a message as it is sent.

    Raises:
        ValueError: it is over 4 KB.
    """
    channel = message.channel.channel(channel_id)
    frame = Frame(type=message.type, channel=channel, sequence=sequence, time=now, data=message)
    text = frame.model_dump_json(by_alias=True)
    if len(text.encode()) > MAX_FRAME:
        raise ValueError(f"{message.type} is over {MAX_FRAME} bytes")
    return text


def log_key(channel: str) -> tuple[str, str]:
    """Return the key of a channel's log."""
    return f"CHANNEL#{channel}", "LOG"


def _keep(message: LiveMessage, channel_id: str, *, now: datetime) -> str:
    pk, sk = log_key(message.channel.channel(channel_id))
    log = reads.get(ChannelLog, pk, sk)
    for attempt in range(_ATTEMPTS):
        sequence = log.sequence + 1 if log else 1
        frame = frame_of(message, channel_id, sequence, now=now)
        frames = retained([*(log.frames if log else ()), frame], now=now)
        item = ChannelLog(pk=pk, sk=sk, sequence=sequence, frames=frames, expires_at=now + timedelta(days=LOG_DAYS))
        unchanged = ChannelLog.sequence == log.sequence if log else ChannelLog.pk.does_not_exist()
        try:
            commit(Put(item, condition=unchanged))
        except ConditionFailed as overtaken:
            log = ChannelLog.load(overtaken.old) if overtaken.old else None
            time.sleep(random.uniform(0, min(_CAP_SECONDS, _BASE_SECONDS * 2**attempt)))  # noqa: S311 - jitter
        else:
            return frame
    raise Unavailable
