from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.accountability.goals import access, profiles
from shared.accountability.goals.schemas import CursorQuery, LimitQuery, StaffProfile, UserId
from shared.kernel import cursors
from shared.kernel.caller import Caller
from shared.kernel.cursors import BadCursor
from shared.kernel.declare import get
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page


@get(
    "/v1/admin/members",
    api="admin",
    allow="accountability:guide",
    rate="read",
    touches=[access.LIST_MEMBERS, COUNT_RATE],
    errors=[BadCursor],
    secrets=[cursors.SECRET],
)
def list_members(
    caller: Caller,
    guide_id: Annotated[UserId | None, Query(alias="guideId", description="Whose users; left out: one's own.")] = None,
    limit: LimitQuery = 50,
    cursor: CursorQuery = None,
) -> Page[StaffProfile]:
    """List the users of a guide."""
    return profiles.guided(guide_id or caller.user_id, limit=limit, cursor=cursor)
