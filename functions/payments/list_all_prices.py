from shared.kernel.declare import get
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page
from shared.payments import access, prices
from shared.payments.schemas import PriceView


@get(
    "/v1/admin/prices",
    api="admin",
    allow="payments:manage-prices",
    rate="read",
    touches=[access.SHOP, COUNT_RATE],
)
def list_all_prices() -> Page[PriceView]:
    """List every price pack, also those that are not on sale."""
    return Page(prices.shop(everything=True), limit=prices.MOST, next_cursor=None)
