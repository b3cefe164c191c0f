from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.payments import access, errors, prices
from shared.payments.schemas import NewPrice, PriceView


@post(
    "/v1/admin/prices",
    api="admin",
    allow="payments:manage-prices",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.MANAGE, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.ProductCodeTaken],
)
def create_price(body: NewPrice, caller: Caller, operation: OperationId, clock: Clock) -> PriceView:
    """Put a new price pack into the shop."""
    return prices.create(body, admin_id=caller.user_id, operation=operation, now=clock.now())
