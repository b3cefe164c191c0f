"""The picture decides: a stream is live while its creator sends something, and paused while not (X-L-02, X-L-06).

What counts is what LiveKit says of the room, never what an event says: events come late, twice and out of order. They,
the sweep over the rooms and the looks at those that wait all come here. A stream is read, its room looked at, the
stream written on condition that it is as it was read, and the room looked at again: whatever happens meanwhile, the
last look is after the last write.
"""

from contextlib import suppress
from datetime import datetime

from shared.kernel.due import deliver_later
from shared.kernel.errors import Unavailable
from shared.kernel.storage.tries import tries
from shared.kernel.telemetry import logger
from shared.kernel.versions import ANY, Seen
from shared.live import lookup, rooms, rules, streams
from shared.live.errors import StreamChanged
from shared.live.items import STREAM_SK, Stream, stream_id_of
from shared.live.rules import StreamStatus
from shared.live.schemas import StreamChange


def start(stream_id: str, user_id: str, *, now: datetime) -> Stream:
    """Put a creator's stream on air with its picture: at once where there is one, else as soon as there is.

    Raises:
        NotFound: there is none, or it is someone else's.
        StreamOver: it has ended.
        Unavailable: others were faster every time.
    """
    streams.start(stream_id, user_id, now=now)
    return _as_far_as_known(stream_id, now=now)


def change(stream_id: str, user_id: str, wanted: StreamChange, seen: Seen = ANY, *, now: datetime) -> Stream:
    """Change a creator's stream as ``streams.change`` does; one that is to be live follows its picture."""
    changed = streams.change(stream_id, user_id, wanted, seen, now=now)
    return _as_far_as_known(stream_id, now=now) if wanted.status is StreamStatus.LIVE else changed


def _as_far_as_known(stream_id: str, *, now: datetime) -> Stream:
    """Let a stream follow its picture; while LiveKit does not answer it waits, and is looked at again by itself."""
    with suppress(Unavailable):
        return follow(stream_id, since=now, now=now)
    return lookup.stream(stream_id)


def follow(stream_id: str, *, since: datetime, now: datetime) -> Stream:
    """Bring a stream where its picture calls for, and return it.

    Args:
        stream_id: which.
        since: as of when a picture that is gone is gone.
        now: when.

    Raises:
        NotFound: there is no such stream.
        Unavailable: LiveKit did not answer, or others were faster every time.
    """
    for _ in tries():
        stream = lookup.stream(stream_id)
        status, ready = StreamStatus(stream.status), stream.ready_at is not None
        if status is not StreamStatus.LIVE and not (stream.waits and ready):
            return stream
        wanted = rules.by_picture(status, ready=ready, moving=rooms.moving(stream_id, stream.creator_id))
        if wanted is None:
            return stream
        with suppress(StreamChanged):
            streams.bring(stream, wanted, at=since if wanted is StreamStatus.PAUSED else now, now=now)
            logger().info("stream_follows_picture", stream_id=stream_id, status=wanted.value)
    raise Unavailable


def check(pk: str, *, until: datetime, now: datetime) -> None:
    """Look at the room of a waiting stream, and give it up when it has waited long enough.

    Raises:
        Unavailable: LiveKit did not answer, or others were faster every time.
    """
    stream = follow(stream_id_of(pk), since=now, now=now)
    if not stream.waits:
        return
    deadline = streams.waits_until(stream)
    if deadline <= now:
        with suppress(StreamChanged):  # Whoever changed it was there: the next look decides.
            streams.give_up(stream, now=now)
        return
    again = min(now + rules.LOOK, deadline)
    if again <= until:
        deliver_later(streams.DUE_KIND, pk, STREAM_SK, due_at=again, now=now, until=until)
