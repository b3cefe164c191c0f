"""Streams as their owner keeps them: read, changed, started, paused, ended."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from pynamodb.attributes import Attribute
from pynamodb.expressions.update import Action

from shared.kernel.caller import Principal
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.events import DomainEvent, outbox
from shared.kernel.storage import reads
from shared.kernel.storage.tries import tries
from shared.kernel.storage.writes import Update, Write, transact
from shared.kernel.versions import ANY, Seen
from shared.live import categories, lookup, rates, rules
from shared.live.errors import StatusNotPossible, StreamChanged, StreamOver
from shared.live.events import StreamEnded, StreamPaused, StreamStarted
from shared.live.items import EVERY_STREAM, LISTED, Stream
from shared.live.rules import StreamStatus
from shared.live.schemas import NextRate, StreamChange, StreamSummary, StreamView

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
    return StreamView(**dict(shown), version=stream.version or 1)


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

    A status that the stream has already is no change.

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
    happened = _move(stream, wanted.status, now=now) if wanted.status else []
    _save(stream, was, happened, now=now)
    return stream


def start(stream_id: str, user_id: str, *, now: datetime) -> Stream:
    """Put a creator's stream on air, for the first time or after a pause; on air it stays as it is.

    Raises:
        NotFound: there is none, or it is someone else's.
        StreamOver: it has ended.
        StreamChanged: it was changed at the same moment.
    """
    return change(stream_id, user_id, StreamChange(status=StreamStatus.LIVE), now=now)


def end(stream_id: str, caller: Principal, *, now: datetime) -> Stream:
    """End a stream of the caller's, or anybody's with ``live:end``; an ended one stays as it is (S-L-18).

    Whatever else happens to the stream at the same moment, it ends.

    Raises:
        Unavailable: others were faster every time.
        NotFound: there is none, or it is someone else's.
    """
    return _ended(lookup.stream(stream_id) if caller.may(END_ANY) else owned(stream_id, caller.user_id), now=now)


def end_all(creator_id: str, *, now: datetime) -> None:
    """End every stream on air of a creator who may not broadcast any more.

    What the index does not show yet is ended when its room is listed next (``reconciling``).
    """
    key = (Stream.listed == EVERY_STREAM) & Stream.listing.startswith(rules.LIVE_PREFIX)
    theirs = Stream.creator_id == creator_id
    for found in reads.query_all(Stream, key, index=LISTED.name, filter_by=theirs):
        _ended(lookup.stream(Stream.load(dict(found)).stream_id), now=now)


def _ended(stream: Stream, *, now: datetime) -> Stream:
    for _ in tries():
        was = StreamStatus(stream.status)
        if was in rules.OVER:
            return stream
        with suppress(StreamChanged):
            _save(stream, was, _move(stream, StreamStatus.ENDED, now=now), now=now)
            return stream
        stream = lookup.stream(stream.stream_id)
    raise Unavailable


def give_up(stream_id: str, *, since: datetime, now: datetime) -> None:
    """End a stream on air whose creator has not been there since an instant; nobody pays for the time after.

    A stream that was paused or ended meanwhile is left alone.
    """
    stream = lookup.stream(stream_id)
    if StreamStatus(stream.status) is StreamStatus.LIVE:
        with suppress(StreamChanged):
            _save(stream, StreamStatus.LIVE, _move(stream, StreamStatus.ENDED, now=since), now=now)


def _describe(stream: Stream, wanted: StreamChange, *, now: datetime) -> None:
    stream.title = wanted.title or stream.title
    stream.thumbnail_url = wanted.thumbnail_url or stream.thumbnail_url
    stream.premium_permille = wanted.premium_multiplier or stream.premium_permille
    if wanted.category or wanted.premium_multiplier:
        categories.assign(stream, wanted.category or stream.category_id, now=now)


def _move(stream: Stream, wanted: StreamStatus, *, now: datetime) -> list[DomainEvent]:
    """Bring a stream into a status and return what has happened by it."""
    present = StreamStatus(stream.status)
    if wanted is present:
        return []
    if not rules.may_become(present, wanted):
        raise StatusNotPossible
    stream.status = wanted.value
    who = {"stream_id": stream.stream_id, "creator_id": stream.creator_id}
    if wanted is StreamStatus.LIVE:
        stream.started_at = stream.started_at or now
        stream.paused_at = None
        return [StreamStarted(**who, title=stream.title, started_at=stream.started_at)]
    if wanted is StreamStatus.PAUSED:
        stream.paused_at = now
        return [StreamPaused(**who, paused_at=now)]
    stream.ended_at = now
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
    on_air = StreamStatus(stream.status) in rules.ON_AIR
    optional: list[tuple[Attribute[Any], Any]] = [
        (Stream.thumbnail_url, stream.thumbnail_url),
        (Stream.started_at, stream.started_at),
        (Stream.ended_at, stream.ended_at),
        (Stream.listing, listing),
        (Stream.listed, EVERY_STREAM if listing else None),
        # A count may have been kept since the stream was read.
        (Stream.popularity, popularity and (Stream.popularity | popularity)),
    ]
    return [
        Stream.version.set(stream.version),
        Stream.title.set(stream.title),
        Stream.category.set(stream.category),
        Stream.category_id.set(stream.category_id),
        Stream.premium_permille.set(stream.premium_permille),
        Stream.rate_per_minute.set(stream.rate_per_minute),
        Stream.status.set(stream.status),
        Stream.paused_at.set(stream.paused_at) if stream.paused_at else Stream.paused_at.remove(),
        Stream.unattended_since.remove(),
        Stream.on_air.set(EVERY_STREAM) if on_air else Stream.on_air.remove(),
        *(attribute.set(value) for attribute, value in optional if value is not None),
    ]
