from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.accountability.escalation import access, history
from shared.accountability.escalation.schemas import CursorQuery, EscalationView
from shared.kernel import cursors
from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.orders import SortQuery
from shared.kernel.paths import Id
from shared.kernel.wire import Page


@get(
    "/v1/goals/{goal_id}/escalations",
    allow="accountability:use",
    touches=[access.READ],
    errors=[NotFound, cursors.BadCursor],
    secrets=[cursors.SECRET],
)
def list_escalations(
    goal_id: Id,
    caller: Caller,
    cursor: CursorQuery = None,
    limit: Annotated[int, Query(ge=1, le=history.MAX_ESCALATIONS)] = 10,
    sort: SortQuery = "newest",
) -> Page[EscalationView]:
    """List a goal's runs of missed days with the plan that followed each and the steps that were taken."""
    shown, following = history.escalations(caller.user_id, goal_id, limit=limit, cursor=cursor, order=sort)
    return Page(shown, limit=limit, next_cursor=following)
