"""Who watches: the list for the creator, and the count that everybody sees."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from shared.kernel import cursors, realtime
from shared.kernel.clock import SystemClock
from shared.kernel.shells.batch import StreamRecord
from shared.kernel.storage import reads
from shared.kernel.storage.writes import ConditionFailed, Update, commit
from shared.kernel.wire import Page
from shared.live.items import STREAM_SK, WATCHING, Stream, Watching, stream_pk
from shared.live.messages import ViewersChanged
from shared.live.schemas import Viewer
from shared.live.streams import owned

MAX_LIMIT = 100

WINDOW_SECONDS = 2
"""How long comings and goings are gathered: many at once cost one count, and the index has caught up by then."""

COMINGS_AND_GOINGS: list[dict[str, Any]] = [
    {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"watching_stream": {"S": [{"exists": True}]}}}},
    {
        "eventName": ["MODIFY"],
        "dynamodb": {
            "OldImage": {"watching_stream": {"S": [{"exists": True}]}, "status": {"S": ["ACTIVE"]}},
            "NewImage": {"status": {"S": [{"anything-but": ["ACTIVE"]}]}},
        },
    },
]
"""The changes of viewing sessions that change a count. Ticks are not among them: they call nothing."""


def viewers(stream_id: str, creator_id: str, *, limit: int, cursor: str | None) -> Page[Viewer]:
    """Return a page of the viewing sessions that watch a creator's stream now, by user.

    Raises:
        NotFound: there is no such stream, or it is someone else's.
        BadCursor: the cursor is of another list.
    """
    owned(stream_id, creator_id)
    scope = f"viewers#{stream_id}"
    found = reads.query(
        Watching,
        Watching.watching_stream == stream_id,
        index=WATCHING.name,
        limit=limit,
        start=cursors.decode(scope, cursor),
    )
    shown = [Viewer(user_id=one.watcher, watching_since=one.started_at) for one in found.load(Watching)]
    return Page(shown, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def streams_of(records: Iterable[StreamRecord]) -> set[str]:
    """Return the streams that the viewing sessions in changed records belong to."""
    images = (image for record in records for image in (record.old, record.new) if image)
    return {image["watching_stream"]["S"] for image in images if "watching_stream" in image}


def recount(stream_ids: Iterable[str], clock: SystemClock) -> None:
    """Count the viewers of streams, and tell each stream's channel where the count has changed.

    Counting the index, never adding and subtracting, makes a repeated or lost record harmless and a negative count
    impossible (X-L-03). The later of two counts wins.
    """
    for stream_id in sorted(stream_ids):
        now = clock.now()
        count = reads.count(Watching, Watching.watching_stream == stream_id, index=WATCHING.name)
        if _store(stream_id, count, now):
            realtime.publish(ViewersChanged(stream_id=stream_id, viewers=count), stream_id, now=now)


def _store(stream_id: str, count: int, now: datetime) -> bool:
    """Keep a count unless a later one is kept; tell whether it differs from the one before."""
    later = Stream.viewers_counted_at.does_not_exist() | (Stream.viewers_counted_at < now)
    actions = [Stream.viewers.set(count), Stream.viewers_counted_at.set(now)]
    update = Update(Stream, stream_pk(stream_id), STREAM_SK, actions, condition=Stream.pk.exists() & later)
    try:
        before = Stream.load(commit(update, returned="ALL_OLD"))
    except ConditionFailed:
        return False
    return bool(before.viewers != count)
