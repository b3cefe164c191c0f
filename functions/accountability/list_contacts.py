from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared import messaging
from shared.accountability.escalation import access, history
from shared.accountability.escalation.schemas import ContactView, CursorQuery
from shared.kernel import cursors
from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.orders import SortQuery
from shared.kernel.paths import Id
from shared.kernel.wire import Page


@get(
    "/v1/goals/{goal_id}/contacts",
    allow="accountability:use",
    touches=[access.READ, messaging.access.READ_SAID],
    errors=[NotFound, cursors.BadCursor],
    secrets=[cursors.SECRET],
)
def list_contacts(
    goal_id: Id,
    caller: Caller,
    cursor: CursorQuery = None,
    limit: Annotated[int, Query(ge=1, le=history.MAX_CONTACTS)] = 20,
    sort: SortQuery = "newest",
) -> Page[ContactView]:
    """List who was told or asked about a goal, what was said, and what came of it; the latest day first."""
    shown, following = history.contacts(caller.user_id, goal_id, limit=limit, cursor=cursor, order=sort)
    return Page(shown, limit=limit, next_cursor=following)
