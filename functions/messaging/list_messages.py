from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page
from shared.messaging import access
from shared.messaging.operators import operating
from shared.messaging.operators.operator_schemas import MessageSummary


@get(
    "/v1/admin/messages",
    api="admin",
    allow="messaging:manage",
    rate="read",
    touches=[access.LIST_MESSAGES, COUNT_RATE],
    secrets=["cursors"],
)
def list_messages(
    recipient_id: Annotated[
        str, Query(alias="recipientId", min_length=1, max_length=64, description="A user, or a partner.")
    ],
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    sort: SortQuery = "newest",
) -> Page[MessageSummary]:
    """List what went out to somebody in the last 90 days, the newest first: what became of it, not what it said."""
    return operating.messages_to(recipient_id, limit=limit, cursor=cursor, order=sort)
