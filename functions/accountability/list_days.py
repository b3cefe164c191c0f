from shared.accountability.goals import access, history
from shared.accountability.goals.schemas import CursorQuery, FromQuery, LimitQuery, LogView, ToQuery
from shared.kernel import cursors
from shared.kernel.caller import Caller
from shared.kernel.cursors import BadCursor
from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page


@get(
    "/v1/logs",
    allow="accountability:use",
    rate="read",
    touches=[access.READ, access.VIEW_MEDIA, COUNT_RATE],
    errors=[BadCursor],
    secrets=[cursors.SECRET],
    settings=["media_bucket"],
)
def list_days(
    caller: Caller,
    first: FromQuery = None,
    last: ToQuery = None,
    limit: LimitQuery = 50,
    cursor: CursorQuery = None,
    sort: SortQuery = "newest",
) -> Page[LogView]:
    """List the days of all of one's goals with their logs and outcomes, newest first.

    A page may hold fewer than ``limit``, even none, and still go on.
    """
    return history.of_all_goals(caller.user_id, first, last, limit=limit, cursor=cursor, order=sort)
