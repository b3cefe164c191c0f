from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel.caller import Caller
from shared.kernel.cursors import BadCursor
from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.wire import Page
from shared.live import access, audience
from shared.live.schemas import CursorQuery, Viewer


@get(
    "/v1/streams/{stream_id}/viewers",
    allow="live:create",
    touches=[access.LIST_VIEWERS],
    errors=[NotFound, BadCursor],
    secrets=["cursors"],
)
def list_viewers(
    stream_id: Id,
    caller: Caller,
    cursor: CursorQuery = None,
    limit: Annotated[int, Query(ge=1, le=audience.MAX_LIMIT)] = 50,
) -> Page[Viewer]:
    """List who watches one's stream now, each person once."""
    return audience.viewers(stream_id, caller.user_id, limit=limit, cursor=cursor)
