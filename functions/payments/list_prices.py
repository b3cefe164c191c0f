from shared.kernel.declare import PUBLIC, get
from shared.kernel.wire import Page
from shared.payments import access, prices
from shared.payments.schemas import PriceView


@get("/v1/payments/prices", allow=PUBLIC, touches=[access.SHOP], cache="public, max-age=60")
def list_prices() -> Page[PriceView]:
    """List the price packs on sale, with the best value of each currency marked."""
    packs = prices.shop(everything=False)
    return Page(packs, limit=prices.MOST, next_cursor=None)
