from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.messaging import access
from shared.messaging.operators import operating
from shared.messaging.operators.addressing import NewSuppression
from shared.messaging.operators.operator_schemas import AddressView


@post(
    "/v1/admin/suppressions",
    api="admin",
    allow="messaging:manage",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.OPERATE, COUNT_RATE, KEEP_ANSWER],
    layers=["text"],
)
def suppress_address(body: NewSuppression, caller: Caller, operation: OperationId, clock: Clock) -> AddressView:
    """Stop messages to an address, as its owner asked by call or mail."""
    return operating.suppress(body, admin_id=caller.user_id, operation=operation, now=clock.now())
