from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import put
from shared.kernel.platform import COUNT_RATE
from shared.kernel.versions import SeenVersion
from shared.messaging import access
from shared.messaging.operators import operating
from shared.messaging.operators.operator_schemas import BudgetChange, BudgetView


@put(
    "/v1/admin/budgets",
    api="admin",
    allow="messaging:manage",
    idempotent=True,
    versioned=True,
    rate="write",
    touches=[access.OPERATE, COUNT_RATE],
)
def set_budget(body: BudgetChange, caller: Caller, seen: SeenVersion, clock: Clock) -> BudgetView:
    """Limit what may be sent in a day to a country, or to a block of numbers."""
    return operating.set_budget(body, seen, admin_id=caller.user_id, now=clock.now())
