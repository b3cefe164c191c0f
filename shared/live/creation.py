"""Setting up a stream: its room and its record."""

from datetime import datetime

from shared.kernel.ids import derived_id
from shared.kernel.storage.writes import ConditionFailed, Put, commit
from shared.live import categories, lookup, rooms
from shared.live.items import STREAM_SK, Stream, stream_pk
from shared.live.rules import StreamStatus
from shared.live.schemas import CreatedStream, Ingest, NewStream
from shared.live.streams import view


def create(creator_id: str, wanted: NewStream, operation: str, *, now: datetime) -> CreatedStream:
    """Set up a stream of a creator, with its room, and return where to publish it (S-L-15).

    The id derives from the operation: a second try of the same one returns what the first made. The room comes
    first: one that nobody enters closes by itself, a stream without a room would not.

    Raises:
        UnknownCategory: there is no such category.
        Unavailable: LiveKit did not answer; nothing was stored.
    """
    stream_id = derived_id("str", operation)
    stream = Stream(
        pk=stream_pk(stream_id),
        sk=STREAM_SK,
        creator_id=creator_id,
        title=wanted.title,
        status=StreamStatus.SCHEDULED.value,
        thumbnail_url=wanted.thumbnail_url,
        premium_permille=wanted.premium_multiplier,
        viewers=0,
        created_at=now,
    )
    categories.assign(stream, wanted.category, now=now)
    rooms.create_room(stream_id)
    return _shown(_store(stream), now)


def _store(stream: Stream) -> Stream:
    try:
        commit(Put(stream, condition=Stream.pk.does_not_exist()))
    except ConditionFailed:
        return lookup.stream(stream.stream_id)
    return stream


def _shown(stream: Stream, now: datetime) -> CreatedStream:
    ingest = Ingest(url=rooms.client_url(), room=stream.stream_id)
    return CreatedStream(**dict(view(stream, now=now)), ingest=ingest)
