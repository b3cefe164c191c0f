from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.cursors import BadCursor
from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.wire import Page
from shared.messaging import access
from shared.messaging.notifications import reading
from shared.messaging.notifications.schemas import NotificationView


@get("/v1/notifications", allow="messaging:use", touches=[access.READ_INBOX], errors=[BadCursor], secrets=["cursors"])
def list_notifications(
    caller: Caller,
    clock: Clock,
    read: Annotated[Literal["true", "false"] | None, Query(description="Only read ones, or only unread.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    sort: SortQuery = "newest",
) -> Page[NotificationView]:
    """List my notifications, newest first: all, only unread or only read ones."""
    only = None if read is None else read == "true"
    return reading.page(caller.user_id, read=only, limit=limit, cursor=cursor, order=sort, now=clock.now())
