"""Streams as their owner keeps them: read, changed, started, paused, ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.expressions.update import Action

from shared.kernel.caller import Principal
from shared.kernel.clock import to_ms
from shared.kernel.config import settings_of
from shared.kernel.due import due_shard
from shared.kernel.errors import NotFound
from shared.kernel.events import DomainEvent, outbox
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import known_first, retry_on_conflict
from shared.kernel.storage.writes import Update, Write, transact
from shared.kernel.versions import ANY, Seen
from shared.live import categories, lookup, rates, rules
from shared.live.domain import LiveSettings
from shared.live.errors import StatusNotPossible, StreamChanged, StreamOver
from shared.live.events import StreamEnded, StreamPaused, StreamStarted
from shared.live.items import EVERY_STREAM, LISTED, Stream
from shared.live.rules import StreamStatus
from shared.live.schemas import NextRate, StreamChange, StreamSummary, StreamView

DUE_KIND = "stream"

END_ANY = "live:end"
"""Who may end any creator's stream (S-L-18)."""


def owned(stream_id: str, user_id: str) -> Stream:
    """Return a stream of a creator.

    Raises:
        NotFound: there is none, or it is someone else's.
    """
    stream = lookup.stream(stream_id)
    if stream.creator_id != user_id:
        raise NotFound
    return stream


def view(stream: Stream, *, now: datetime) -> StreamView:
    """Return a stream as everybody sees it. One query, of its category's rates."""
    shown = summary(stream, rates.schedule_of(stream.category_id), now=now)
    return StreamView(
        **dict(shown),
        version=stream.version or 1,
        waiting_for_picture=stream.waits and stream.ready_at is not None,
        paused_until=waits_until(stream) if stream.paused_at and not stream.ended_at else None,
    )


def waits_until(stream: Stream) -> datetime:
    """Return when a waiting stream has waited long enough (X-L-06)."""
    since: datetime = stream.paused_at or stream.ready_at
    return since + timedelta(minutes=settings_of(LiveSettings).paused_minutes)


def summary(stream: Stream, schedule: rates.Schedule, *, now: datetime) -> StreamSummary:
    """Return a stream as lists show it, its category's rates at hand."""
    return StreamSummary(
        id=stream.stream_id,
        creator_id=stream.creator_id,
        title=stream.title,
        category=stream.category,
        status=StreamStatus(stream.status),
        thumbnail_url=stream.thumbnail_url,
        viewers=stream.viewers,
        rate_per_minute=rules.rate_at(stream.rate_per_minute, stream.premium_permille, schedule, now),
        next_rate=NextRate.of(rules.next_rate(schedule, now, stream.premium_permille)),
        premium_multiplier=stream.premium_permille,
        created_at=stream.created_at,
        started_at=stream.started_at,
        ended_at=stream.ended_at,
    )


def change(stream_id: str, user_id: str, wanted: StreamChange, seen: Seen = ANY, *, now: datetime) -> Stream:
    """Change a creator's stream and return it (S-L-17).

    A status that the stream has already is no change. ``LIVE`` is a wish: the picture brings it about
    (``shared.live.picture``).

    Raises:
        NotFound: there is none, or it is someone else's.
        StreamOver: it has ended.
        StatusNotPossible: the status cannot follow the present one.
        UnknownCategory: there is no such category.
        OtherVersion: it is in another version than was seen.
        StreamChanged: it was changed at the same moment.
    """
    stream = owned(stream_id, user_id)
    seen.require(stream.version or 1)
    if StreamStatus(stream.status) in rules.OVER:
        raise StreamOver
    was = StreamStatus(stream.status)
    _describe(stream, wanted, now=now)
    happened = _wish(stream, wanted.status, now=now) if wanted.status else []
    _save(stream, was, happened, now=now)
    return stream


def start(stream_id: str, user_id: str, *, now: datetime) -> Stream:
    """Note that a creator wants a stream on air, for the first time or after a pause; on air it stays as it is.

    Raises:
        NotFound: there is none, or it is someone else's.
        StreamOver: it has ended.
        Unavailable: others were faster every time.
    """
    live = StreamChange(status=StreamStatus.LIVE)
    return retry_on_conflict(lambda: change(stream_id, user_id, live, now=now), of=StreamChanged)


def end(stream_id: str, caller: Principal, *, now: datetime) -> Stream:
    """End a stream of the caller's, or anybody's with ``live:end``; an ended one stays as it is (S-L-18).

    Whatever else happens to the stream at the same moment, it ends.

    Raises:
        Unavailable: others were faster every time.
        NotFound: there is none, or it is someone else's.
    """
    return _ended(lookup.stream(stream_id) if caller.may(END_ANY) else owned(stream_id, caller.user_id), now=now)


def end_all(creator_id: str, *, now: datetime) -> None:
    """End every stream on air or paused of a creator who may not broadcast any more.

    What the index does not show yet is ended when its room is listed next (``reconciling``).
    """
    key = (Stream.listed == EVERY_STREAM) & Stream.listing.between(rules.PAUSED_PREFIX, f"{rules.LIVE_PREFIX}~")
    theirs = Stream.creator_id == creator_id
    for found in reads.query_all(Stream, key, index=LISTED.name, filter_by=theirs):
        _ended(lookup.stream(Stream.load(dict(found)).stream_id), now=now)


def _ended(stream: Stream, *, now: datetime) -> Stream:
    standing = known_first(stream, lambda: lookup.stream(stream.stream_id))

    def end_running() -> Stream:
        found = standing()
        was = StreamStatus(found.status)
        if was not in rules.OVER:
            _save(found, was, _move(found, StreamStatus.ENDED, now=now), now=now)
        return found

    return retry_on_conflict(end_running, of=StreamChanged)


def bring(stream: Stream, wanted: StreamStatus, *, at: datetime, now: datetime) -> None:
    """Bring a stream into the status that its picture calls for, as of when that was so.

    Raises:
        StreamChanged: it was changed since it was read.
    """
    was = StreamStatus(stream.status)
    _save(stream, was, _move(stream, wanted, now=max(at, stream.live_since or at)), now=now)


def give_up(stream: Stream, *, now: datetime) -> None:
    """End a paused stream that waited long enough, and forget the wish of one that never began.

    Raises:
        StreamChanged: it was changed since it was read.
    """
    was = StreamStatus(stream.status)
    happened = _move(stream, StreamStatus.ENDED, now=now) if was is StreamStatus.PAUSED else []
    stream.ready_at = stream.due_at = None
    _save(stream, was, happened, now=now)


def _describe(stream: Stream, wanted: StreamChange, *, now: datetime) -> None:
    stream.title = wanted.title or stream.title
    stream.thumbnail_url = wanted.thumbnail_url or stream.thumbnail_url
    stream.premium_permille = wanted.premium_multiplier or stream.premium_permille
    if wanted.category or wanted.premium_multiplier:
        categories.assign(stream, wanted.category or stream.category_id, now=now)


def _wish(stream: Stream, wanted: StreamStatus, *, now: datetime) -> list[DomainEvent]:
    """Take in what a creator wants: to be on air is noted, all else happens at once."""
    present = StreamStatus(stream.status)
    if wanted is StreamStatus.LIVE:
        stream.ready_at = stream.ready_at or now
        if present is StreamStatus.SCHEDULED:
            stream.due_at = stream.due_at or now + rules.LOOK
        return []
    if present is StreamStatus.SCHEDULED and wanted is StreamStatus.PAUSED:
        raise StatusNotPossible
    stream.ready_at = None
    return _move(stream, wanted, now=now)


def _move(stream: Stream, wanted: StreamStatus, *, now: datetime) -> list[DomainEvent]:
    """Bring a stream into a status and return what has happened by it."""
    present = StreamStatus(stream.status)
    if wanted is present:
        return []
    if not rules.may_become(present, wanted):
        raise StatusNotPossible
    stream.status, stream.due_at = wanted.value, None
    who = {"stream_id": stream.stream_id, "creator_id": stream.creator_id}
    if wanted is StreamStatus.LIVE:
        stream.started_at, stream.live_since = stream.started_at or now, now
        if stream.paused_at:
            stream.paused_ms += to_ms(now) - to_ms(stream.paused_at)
        stream.paused_at = None
        return [StreamStarted(**who, title=stream.title, started_at=stream.started_at)]
    if wanted is StreamStatus.PAUSED:
        stream.paused_at, stream.due_at = now, now + rules.LOOK
        return [StreamPaused(**who, paused_at=now)]
    stream.ended_at, stream.ready_at = now, None
    return [StreamEnded(**who, ended_at=now)]


def _save(stream: Stream, was: StreamStatus, happened: Sequence[DomainEvent], *, now: datetime) -> None:
    same = Stream.version == stream.version if stream.version else Stream.version.does_not_exist()
    stream.version = (stream.version or 1) + 1
    unchanged = (Stream.status == was.value) & same
    update = Update(Stream, stream.pk, stream.sk, _actions(stream), condition=unchanged, error=StreamChanged)
    writes: list[Write] = [update, *(outbox(event, at=now) for event in happened)]
    transact(writes)


def _actions(stream: Stream) -> list[Action]:
    listing = rules.listing(
        StreamStatus(stream.status), started_at=stream.started_at, ended_at=stream.ended_at, stream_id=stream.stream_id
    )
    popularity = stream.started_at and rules.popularity(
        stream.viewers, started_at=stream.started_at, stream_id=stream.stream_id
    )
    on_air = EVERY_STREAM if stream.status == StreamStatus.LIVE else None
    optional: list[tuple[Attribute[Any], Any]] = [
        (Stream.thumbnail_url, stream.thumbnail_url),
        (Stream.started_at, stream.started_at),
        (Stream.ended_at, stream.ended_at),
        (Stream.listing, listing),
        (Stream.listed, EVERY_STREAM if listing else None),
        # A count may have been kept since the stream was read.
        (Stream.popularity, popularity and (Stream.popularity | popularity)),
    ]
    passing: list[tuple[Attribute[Any], Any]] = [
        (Stream.paused_at, stream.paused_at),
        (Stream.ready_at, stream.ready_at),
        (Stream.live_since, stream.live_since),
        (Stream.due_at, stream.due_at),
        (Stream.due_shard, due_shard(DUE_KIND, stream.pk) if stream.due_at else None),
        (Stream.on_air, on_air),
    ]
    return [
        Stream.version.set(stream.version),
        Stream.title.set(stream.title),
        Stream.category.set(stream.category),
        Stream.category_id.set(stream.category_id),
        Stream.premium_permille.set(stream.premium_permille),
        Stream.rate_per_minute.set(stream.rate_per_minute),
        Stream.status.set(stream.status),
        Stream.paused_ms.set(stream.paused_ms),
        *(attribute.remove() if value is None else attribute.set(value) for attribute, value in passing),
        *(attribute.set(value) for attribute, value in optional if value is not None),
    ]
