from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page
from shared.messaging import access
from shared.messaging.inbound import reviews
from shared.messaging.inbound.schemas import CursorQuery, LimitQuery, ReviewView, StatusQuery


@get(
    "/v1/admin/reviews",
    api="admin",
    allow="messaging:read",
    rate="read",
    touches=[access.READ_REVIEWS, COUNT_RATE],
    secrets=["cursors"],
)
def list_reviews(
    status: StatusQuery = "OPEN",
    limit: LimitQuery = 20,
    cursor: CursorQuery = None,
    sort: SortQuery = "oldest",
) -> Page[ReviewView]:
    """List replies that may take consent back in own words, oldest first."""
    return reviews.queue(status, limit=limit, cursor=cursor, order=sort)
