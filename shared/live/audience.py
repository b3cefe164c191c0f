"""Who watches: the list for the creator, and the count that everybody sees."""

from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from shared.kernel import cursors, due, realtime
from shared.kernel.storage import reads
from shared.kernel.storage.writes import ConditionFailed, Update, commit
from shared.kernel.wire import Page
from shared.live import rules
from shared.live.items import STREAM_SK, WATCHING, Stream, Watching, stream_id_of, stream_pk
from shared.live.messages import ViewersChanged
from shared.live.schemas import Viewer
from shared.live.streams import owned

MAX_LIMIT = 100

DUE_KIND = "audience"

SETTLING = timedelta(seconds=2)
"""How long comings and goings are gathered: many at once cost one count, and the index has caught up by then."""


def viewers(stream_id: str, creator_id: str, *, limit: int, cursor: str | None) -> Page[Viewer]:
    """Return a page of those who watch a creator's stream now, each once, on however many devices they watch.

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
    shown: dict[str, Viewer] = {}
    for one in sorted(found.load(Watching), key=lambda one: one.started_at):
        shown.setdefault(one.watcher, Viewer(user_id=one.watcher, watching_since=one.started_at))
    return Page([shown[user] for user in sorted(shown)], limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def expect_count(stream_id: str, *, now: datetime) -> None:
    """Have a stream's viewers counted in two seconds, unless a count that has not begun is to come already.

    Whatever comes after a count has begun asks for another, so the last count is after the last change.
    """
    due_at = now + SETTLING
    none_to_come = Stream.count_due_at.does_not_exist() | (Stream.count_due_at < now)
    update = Update(
        Stream,
        stream_pk(stream_id),
        STREAM_SK,
        [Stream.count_due_at.set(due_at)],
        condition=Stream.pk.exists() & none_to_come,
    )
    try:
        commit(update)
    except ConditionFailed as refused:
        # Our own write whose reply was lost looks like somebody else's, but for its time.
        if refused.old is None or Stream.load(refused.old).count_due_at != due_at:
            return
    due.deliver_later(DUE_KIND, update.pk, update.sk, due_at=due_at, now=now, until=due_at)


def recount(pk: str, *, now: datetime) -> None:
    """Count a stream's viewers, and tell its channel when the number has changed.

    Counting the index, never adding and subtracting, makes a repeated or lost call harmless and a negative count
    impossible (X-L-03). The later of two counts wins.
    """
    stream_id = stream_id_of(pk)
    watching = reads.query_all(Watching, Watching.watching_stream == stream_id, index=WATCHING.name, consistent=False)
    count = len({Watching.load(dict(one)).watcher for one in watching})
    if _store(pk, count, now):
        realtime.publish(ViewersChanged(stream_id=stream_id, viewers=count), stream_id, now=now)


def _store(pk: str, count: int, now: datetime) -> bool:
    """Keep a count unless a later one is kept; tell whether it differs from the one before."""
    later = Stream.viewers_counted_at.does_not_exist() | (Stream.viewers_counted_at < now)
    actions: list[Action] = [Stream.viewers.set(count), Stream.viewers_counted_at.set(now)]
    stream = reads.get(Stream, pk, STREAM_SK)
    if stream is not None and stream.started_at is not None:
        rank = rules.popularity(count, started_at=stream.started_at, stream_id=stream.stream_id)
        actions.append(Stream.popularity.set(rank))
    update = Update(Stream, pk, STREAM_SK, actions, condition=Stream.pk.exists() & later)
    try:
        before = Stream.load(commit(update, returned="ALL_OLD"))
    except ConditionFailed:
        return False
    return bool(before.viewers != count)
