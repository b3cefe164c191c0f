"""Lists of streams: parts of indexes, one after the other, live ones first (S-L-20, S-L-22)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pynamodb.expressions.condition import Condition

from shared.kernel import cursors
from shared.kernel.storage import reads
from shared.kernel.storage.table import Index
from shared.kernel.wire import Page
from shared.live import rates, rules
from shared.live.items import CATEGORY, EVERY_STREAM, LISTED, POPULAR, Stream
from shared.live.schemas import StreamSummary
from shared.live.streams import summary

Shown = Literal["live", "ended", "all"]
Sort = Literal["newest", "viewers"]

MAX_LIMIT = 50

SEARCHED = 200
"""Streams on air that are looked through for those of one category, by their viewers."""

Part = tuple[Index, Condition, Condition | None]
"""An index, what is read of it, and what of that is shown."""


def page(
    shown: Shown, category: str | None, sort: Sort, *, limit: int, cursor: str | None, now: datetime
) -> Page[StreamSummary]:
    """Return a page of streams (S-L-20, S-L-22). An unknown category has no streams.

    By viewers, a page of one category may be short, even empty, and yet go on. Who gains or loses viewers meanwhile may
    be met twice or not at all.

    Args:
        shown: ``live``, ``ended``, or ``all`` with the live ones first and paused ones after them.
        category: name or id of one category.
        sort: live streams by when they began, or by their viewers; ended ones always by when they ended.
        limit: streams on the page.
        cursor: where to go on.
        now: when.

    Raises:
        BadCursor: the cursor is of another list.
    """
    category_id = rules.category_id(category) if category else None
    scope = f"streams#{shown}#{category_id or ''}#{sort}"
    parts = _parts(category_id, sort)
    wanted = {"live": parts[:1], "ended": parts[2:], "all": parts}[shown]
    found, following = _read(wanted, limit, cursors.decode(scope, cursor) or {"part": 0, "start": None})
    schedules = rates.schedules()
    streams = [summary(stream, schedules.get(rules.category_id(stream.category), ()), now=now) for stream in found]
    return Page(streams, limit=limit, next_cursor=cursors.encode(scope, following))


def _parts(category_id: str | None, sort: Sort) -> list[Part]:
    """Return what lists of live, of paused and of ended streams are read from."""
    by_time, key = (
        (CATEGORY, Stream.category_id == category_id) if category_id else (LISTED, Stream.listed == EVERY_STREAM)
    )
    paused: Part = (by_time, key & Stream.listing.startswith(rules.PAUSED_PREFIX), None)
    ended: Part = (by_time, key & Stream.listing.startswith(rules.ENDED_PREFIX), None)
    if sort == "newest":
        return [(by_time, key & Stream.listing.startswith(rules.LIVE_PREFIX), None), paused, ended]
    return [
        (POPULAR, Stream.on_air == EVERY_STREAM, (Stream.category_id == category_id) if category_id else None),
        paused,
        ended,
    ]


def _read(parts: Sequence[Part], limit: int, at: dict[str, Any]) -> tuple[list[Stream], dict[str, Any] | None]:
    """Return the next streams of a list, and where it goes on. A query for each part that is come to."""
    number, start = at["part"], at["start"]
    found: list[Stream] = []
    while number < len(parts) and len(found) < limit:
        index, key, shown = parts[number]
        room = limit - len(found)
        most = room if shown is None else SEARCHED
        part = reads.query(Stream, key, index=index.name, limit=most, descending=True, start=start, filter_by=shown)
        start = part.next_key
        if len(part.items) > room:
            last = part.items[room - 1]
            start = {name: last[name] for name in ("pk", "sk", index.hash_key, index.range_key)}
        found += part.load(Stream)[:room]
        if start is not None:
            break
        number += 1
    return found, None if number == len(parts) else {"part": number, "start": start}
