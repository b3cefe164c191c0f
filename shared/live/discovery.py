"""Lists of streams: a query of one index and one of the rates each, live ones first, the latest first."""

from datetime import datetime
from typing import Literal

from shared.kernel import cursors
from shared.kernel.storage import reads
from shared.kernel.wire import Page
from shared.live import rates, rules
from shared.live.items import CATEGORY, EVERY_STREAM, LISTED, Stream
from shared.live.schemas import StreamView
from shared.live.streams import shown as view

Shown = Literal["live", "ended", "all"]

MAX_LIMIT = 50

_PREFIX = {"live": "LIVE#", "ended": "ENDED#"}


def page(shown: Shown, category: str | None, *, limit: int, cursor: str | None, now: datetime) -> Page[StreamView]:
    """Return a page of streams (S-L-20, S-L-22). An unknown category has no streams.

    Args:
        shown: ``live`` (on air, paused ones too), ``ended``, or ``all`` with the live ones first.
        category: name or id of one category.
        limit: streams on the page.
        cursor: where to go on.
        now: when.

    Raises:
        BadCursor: the cursor is of another list.
    """
    category_id = rules.category_id(category) if category else None
    scope = f"streams#{shown}#{category_id or ''}"
    key, index = (
        (Stream.category_id == category_id, CATEGORY) if category_id else (Stream.listed == EVERY_STREAM, LISTED)
    )
    if shown in _PREFIX:
        key &= Stream.listing.startswith(_PREFIX[shown])
    start = cursors.decode(scope, cursor)
    found = reads.query(Stream, key, index=index.name, limit=limit, descending=True, start=start)
    schedules = rates.schedules()
    streams = [
        view(stream, schedules.get(rules.category_id(stream.category), ()), now=now) for stream in found.load(Stream)
    ]
    return Page(streams, limit=limit, next_cursor=cursors.encode(scope, found.next_key))
