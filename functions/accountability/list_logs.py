from shared.accountability.goals import access, history
from shared.accountability.goals.schemas import CursorQuery, FromQuery, LimitQuery, LogView, ToQuery
from shared.kernel import cursors
from shared.kernel.caller import Caller
from shared.kernel.cursors import BadCursor
from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.orders import SortQuery
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page


@get(
    "/v1/goals/{goal_id}/logs",
    allow="accountability:use",
    rate="read",
    touches=[access.READ, access.VIEW_MEDIA, COUNT_RATE],
    errors=[NotFound, BadCursor],
    secrets=[cursors.SECRET],
    settings=["media_bucket"],
)
def list_logs(
    goal_id: Id,
    caller: Caller,
    first: FromQuery = None,
    last: ToQuery = None,
    limit: LimitQuery = 31,
    cursor: CursorQuery = None,
    sort: SortQuery = "newest",
) -> Page[LogView]:
    """List the days of a goal with their logs and outcomes, newest first."""
    return history.page(caller.user_id, goal_id, first, last, limit=limit, cursor=cursor, order=sort)
