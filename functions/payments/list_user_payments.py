from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page
from shared.payments import access, history
from shared.payments.schemas import PaymentView


@get(
    "/v1/admin/payments",
    api="admin",
    allow="payments:read",
    rate="read",
    touches=[access.HISTORY, COUNT_RATE],
    secrets=["cursors"],
)
def list_user_payments(
    user_id: Annotated[str, Query(alias="userId", min_length=1, max_length=64, description="Whose.")],
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    sort: SortQuery = "newest",
) -> Page[PaymentView]:
    """List a user's purchases for support, the newest first."""
    return history.purchases(user_id, limit=limit, cursor=cursor, order=sort)
