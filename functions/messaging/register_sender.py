from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import put
from shared.kernel.platform import COUNT_RATE
from shared.kernel.versions import SeenVersion
from shared.messaging import access
from shared.messaging.operators import operating
from shared.messaging.operators.operator_schemas import SenderChange, SenderView


@put(
    "/v1/admin/senders",
    api="admin",
    allow="messaging:manage",
    idempotent=True,
    versioned=True,
    rate="write",
    touches=[access.OPERATE, COUNT_RATE],
)
def register_sender(body: SenderChange, caller: Caller, seen: SeenVersion, clock: Clock) -> SenderView:
    """Note what carriers say of one of our senders: texts to US numbers leave only while it is registered."""
    return operating.register_sender(body, seen, admin_id=caller.user_id, now=clock.now())
