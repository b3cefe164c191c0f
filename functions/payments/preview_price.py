from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page
from shared.payments import access, prices
from shared.payments.schemas import NewPrice, PriceView


@post(
    "/v1/admin/prices/preview",
    api="admin",
    allow="payments:manage-prices",
    rate="read",
    touches=[access.SHOP, COUNT_RATE],
)
def preview_price(body: NewPrice) -> Page[PriceView]:
    """Show the shop as everybody would see it with a price pack as drafted; nothing is kept."""
    return Page(prices.preview(body), limit=prices.MOST, next_cursor=None)
