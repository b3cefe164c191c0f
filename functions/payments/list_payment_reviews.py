from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page
from shared.payments import access, reviews
from shared.payments.schemas import PaymentReview


@get(
    "/v1/admin/payments/reviews",
    api="admin",
    allow="payments:review",
    rate="read",
    touches=[access.READ_REVIEWS, COUNT_RATE],
    secrets=["cursors"],
)
def list_payment_reviews(
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    sort: SortQuery = "oldest",
) -> Page[PaymentReview]:
    """List refunds, disputes and payments that wait for a person, oldest first."""
    return reviews.queue(limit=limit, cursor=cursor, order=sort)
