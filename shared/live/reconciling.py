"""Rooms as they are against streams and sessions as they are kept (X-L-03).

LiveKit's events come late, twice or never. So every minute the rooms of the streams on air and of paused ones are
listed: who watches without a session is put out, the session of who is gone is settled, viewers are counted anew, a
stream without a picture is paused, and one is ended whose creator may not broadcast any more. A run looks at so many
streams and remembers where to go on.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from pynamodb.attributes import UnicodeAttribute

from shared import identity
from shared.kernel.errors import Unavailable
from shared.kernel.storage import reads
from shared.kernel.storage.items import Item
from shared.kernel.storage.writes import Put, commit
from shared.kernel.telemetry import logger
from shared.live import audience, lookup, metering, picture, revoking, rooms, rules, streams
from shared.live.items import DOMAIN, EVERY_STREAM, LISTED, WATCHING, Stream, Watching
from shared.live.rules import StreamStatus

PAGE, PAGES = 50, 6
"""Streams of one query, and queries of one run: each stream is a call of LiveKit and some reads."""

ENTERING = timedelta(minutes=1)
"""How long a viewer may take from the token to the room."""


class Bookmark(Item):
    """Where the next run goes on.

    | key | value | access |
    |---|---|---|
    | pk | ``ROOMS`` | read and written by each run |
    | sk | ``BOOKMARK`` | |
    """

    domain = DOMAIN

    PK, SK = "ROOMS", "BOOKMARK"

    start = UnicodeAttribute(null=True)


def reconcile(*, now: datetime) -> int:
    """Look at the next streams on air, wherever the run before stopped; return how many were looked at.

    Raises:
        Unavailable: LiveKit did not answer for some of them; the others were put right.
    """
    seen = failed = 0
    for stream in _on_air():
        seen += 1
        try:
            _put_right(stream.stream_id, now=now)
        except Unavailable:
            failed += 1
    if failed:
        logger().error("rooms_unavailable", failed=failed, seen=seen)
        raise Unavailable
    return seen


def _on_air() -> Iterator[Stream]:
    mark = reads.get(Bookmark, Bookmark.PK, Bookmark.SK)
    start = json.loads(mark.start) if mark and mark.start else None
    key = (Stream.listed == EVERY_STREAM) & Stream.listing.between(rules.PAUSED_PREFIX, f"{rules.LIVE_PREFIX}~")
    for _ in range(PAGES):
        page = reads.query(Stream, key, index=LISTED.name, limit=PAGE, start=start, consistent=False)
        start = page.next_key
        commit(Put(Bookmark(pk=Bookmark.PK, sk=Bookmark.SK, start=json.dumps(start) if start else None)))
        yield from page.load(Stream)
        if start is None:
            return


def _put_right(stream_id: str, *, now: datetime) -> None:
    present = rooms.present(stream_id)
    stream = lookup.stream(stream_id)
    if identity.barred(stream.creator_id, revoking.CREATE):
        streams.end_all(stream.creator_id, now=now)
        return
    if stream.status == StreamStatus.LIVE and not present.get(stream.creator_id):
        logger().warning("stream_without_picture", stream_id=stream_id)
        picture.follow(stream_id, since=now, now=now)
    _put_out_strangers(stream_id, present)
    _settle_who_is_gone(stream_id, present, now=now)
    audience.recount(stream.pk, now=now)


def _put_out_strangers(stream_id: str, present: Mapping[str, bool]) -> None:
    for one in sorted(present):
        viewer = rooms.viewer_of(one)
        if viewer and not metering.watches(stream_id, viewer[1], viewer[0]):
            logger().warning("viewer_without_session", stream_id=stream_id, session_id=viewer[1])
            rooms.remove_participant(stream_id, one)


def _settle_who_is_gone(stream_id: str, present: Mapping[str, bool], *, now: datetime) -> None:
    """Settle the sessions whose viewer was let in and is not there; whoever is entering or back again is left alone."""
    watching = reads.query_all(Watching, Watching.watching_stream == stream_id, index=WATCHING.name, consistent=False)
    for found in watching:
        user_id, _, session_id = Watching.load(dict(found)).watching_user.partition("#")
        viewer = rooms.viewer_identity(user_id, session_id)
        if viewer in present or not metering.was_let_in(session_id, before=now - ENTERING):
            continue
        if not rooms.is_present(stream_id, viewer):
            logger().warning("session_without_viewer", stream_id=stream_id, session_id=session_id)
            metering.viewer_left(session_id, at=now, now=now)
