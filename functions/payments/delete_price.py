from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import delete
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.payments import access, errors, prices
from shared.payments.schemas import PriceView


@delete(
    "/v1/admin/prices/{price_id}",
    api="admin",
    allow="payments:manage-prices",
    idempotent=True,
    rate="write",
    touches=[access.MANAGE, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.PriceNotFound, errors.PriceChangedMeanwhile],
)
def delete_price(price_id: Id, caller: Caller, clock: Clock) -> PriceView:
    """Take a price pack out of the shop for good; purchases keep its terms."""
    return prices.delete(price_id, admin_id=caller.user_id, now=clock.now())
