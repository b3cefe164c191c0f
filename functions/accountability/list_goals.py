from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.accountability.goals import access, manage
from shared.accountability.goals.schemas import CursorQuery, GoalView, LimitQuery, Status
from shared.kernel import cursors
from shared.kernel.caller import Caller
from shared.kernel.cursors import BadCursor
from shared.kernel.declare import get
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page


@get(
    "/v1/goals",
    allow="accountability:use",
    rate="read",
    touches=[access.READ, COUNT_RATE],
    errors=[BadCursor],
    secrets=[cursors.SECRET],
)
def list_goals(
    caller: Caller,
    status: Annotated[Status | None, Query(description="Left out: all but deleted ones.")] = None,
    limit: LimitQuery = 50,
    cursor: CursorQuery = None,
) -> Page[GoalView]:
    """List one's goals."""
    return manage.page(caller.user_id, status, limit=limit, cursor=cursor)
