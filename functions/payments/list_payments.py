from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.wire import Page
from shared.payments import access, history
from shared.payments.schemas import PaymentView


@get("/v1/payments/history", allow="payments:buy", touches=[access.HISTORY], secrets=["cursors"])
def list_payments(
    caller: Caller,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    sort: SortQuery = "newest",
) -> Page[PaymentView]:
    """List my purchases, newest first, with their state and how they were paid."""
    return history.purchases(caller.user_id, limit=limit, cursor=cursor, order=sort)
