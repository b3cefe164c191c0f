from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.wallet import access, errors, reconciliation
from shared.wallet.schemas import Adjustment, AdjustmentRequest


@post(
    "/v1/admin/wallet/adjustments",
    api="admin",
    allow="wallet:reconcile",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.POST, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.AccountNotFound, errors.InsufficientCredits, errors.StaleAccount],
)
def adjust_wallet(body: AdjustmentRequest, caller: Caller, operation: OperationId, clock: Clock) -> Adjustment:
    """Correct a wallet by a new entry with its reason; the history is never rewritten."""
    return reconciliation.adjust(body, admin_id=caller.user_id, operation=operation, now=clock.now())
