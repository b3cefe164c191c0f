from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.messaging import access
from shared.messaging.operators import operating
from shared.messaging.operators.operator_schemas import AddressHash, AddressView, LiftRequest


@post(
    "/v1/admin/suppressions/{address_hash}/lift",
    api="admin",
    allow="messaging:manage",
    idempotent=True,
    rate="write",
    touches=[access.OPERATE, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound],
)
def lift_suppressions(address_hash: AddressHash, body: LiftRequest, caller: Caller, clock: Clock) -> AddressView:
    """Take every suppression of an address back, as its owner asked."""
    return operating.lift(address_hash, note=body.note, admin_id=caller.user_id, now=clock.now())
