from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel.clock import Clock
from shared.kernel.cursors import BadCursor
from shared.kernel.declare import PUBLIC, get
from shared.kernel.wire import Page
from shared.live import access, discovery
from shared.live.schemas import CategoryQuery, CursorQuery, StreamSort, StreamSummary


@get(
    "/v1/streams/discover",
    allow=PUBLIC,
    touches=[access.LIST_STREAMS],
    errors=[BadCursor],
    secrets=["cursors"],
    cache="public, max-age=30",
)
def discover_streams(
    clock: Clock,
    status: Literal["live", "ended", "all"] = "all",
    category: CategoryQuery = None,
    cursor: CursorQuery = None,
    limit: Annotated[int, Query(ge=1, le=discovery.MAX_LIMIT)] = 20,
    sort: StreamSort = "viewers",
) -> Page[StreamSummary]:
    """Find something to watch: live streams first, the most watched before the others, then those that have ended."""
    return discovery.page(status, category, sort, limit=limit, cursor=cursor, now=clock.now())
