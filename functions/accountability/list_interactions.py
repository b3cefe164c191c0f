from shared.accountability import timeline
from shared.accountability.escalation import access
from shared.accountability.escalation.schemas import CursorQuery, LimitQuery
from shared.accountability.timeline_schemas import GoalQuery, InteractionView
from shared.kernel import cursors
from shared.kernel.caller import AcceptedLanguage, Caller
from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.wire import Page


@get(
    "/v1/interactions",
    allow="accountability:use",
    touches=[access.READ],
    errors=[cursors.BadCursor],
    secrets=[cursors.SECRET],
)
def list_interactions(
    caller: Caller,
    language: AcceptedLanguage,
    goal_id: GoalQuery = None,
    cursor: CursorQuery = None,
    limit: LimitQuery = 50,
    sort: SortQuery = "newest",
) -> Page[InteractionView]:
    """List what passed between oneself, one's guide and one's partners, the newest first.

    Lines come in the language of ``Accept-Language``.
    """
    lines, following = timeline.page(caller.user_id, goal_id, language=language, limit=limit, cursor=cursor, order=sort)
    return Page(lines, limit=limit, next_cursor=following)
