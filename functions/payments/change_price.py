from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import patch
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.kernel.versions import SeenVersion
from shared.payments import access, errors, prices
from shared.payments.schemas import PriceChange, PriceView


@patch(
    "/v1/admin/prices/{price_id}",
    api="admin",
    allow="payments:manage-prices",
    idempotent=True,
    versioned=True,
    rate="write",
    touches=[access.MANAGE, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.PriceNotFound, errors.PriceChangedMeanwhile],
)
def change_price(price_id: Id, body: PriceChange, caller: Caller, seen: SeenVersion, clock: Clock) -> PriceView:
    """Change a price pack: its terms for later purchases, or whether it is on sale."""
    return prices.change(price_id, body, seen, admin_id=caller.user_id, now=clock.now())
