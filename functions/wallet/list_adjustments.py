from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel import cursors
from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page
from shared.wallet import access, adjustments
from shared.wallet.schemas import Adjustment


@get(
    "/v1/admin/wallet/adjustments",
    api="admin",
    allow="wallet:reconcile",
    rate="read",
    touches=[access.ADJUSTMENTS, access.READ, COUNT_RATE],
    secrets=[cursors.SECRET],
)
def list_adjustments(
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    sort: SortQuery = "oldest",
) -> Page[Adjustment]:
    """List the corrections of wallets that wait for a second administrator, oldest first."""
    return adjustments.waiting(limit=limit, cursor=cursor, order=sort)
