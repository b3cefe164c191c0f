from shared.accountability.escalation import access, timeline
from shared.accountability.escalation.schemas import CursorQuery, GoalQuery, InteractionView, LimitQuery
from shared.kernel import cursors
from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.wire import Page


@get(
    "/v1/interactions",
    allow="accountability:use",
    touches=[access.READ],
    errors=[cursors.BadCursor],
    secrets=[cursors.SECRET],
)
def list_interactions(
    caller: Caller, goal_id: GoalQuery = None, cursor: CursorQuery = None, limit: LimitQuery = 50
) -> Page[InteractionView]:
    """List what passed between oneself, one's guide and one's partners, the newest first."""
    lines, following = timeline.page(caller.user_id, goal_id, limit=limit, cursor=cursor)
    return Page(lines, limit=limit, next_cursor=following)
