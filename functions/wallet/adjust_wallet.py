from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.wallet import access, adjustments, errors
from shared.wallet.schemas import Adjustment, AdjustmentRequest


@post(
    "/v1/admin/wallet/adjustments",
    api="admin",
    allow="wallet:reconcile",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.POST, COUNT_RATE, KEEP_ANSWER],
    errors=[
        errors.AccountNotFound,
        errors.OwnAccount,
        errors.NotRefundable,
        errors.InsufficientCredits,
        errors.StaleAccount,
    ],
    settings=["adjustment_cap", "adjustment_daily_cap"],
    alarms=[adjustments.METRIC],
)
def adjust_wallet(body: AdjustmentRequest, caller: Caller, operation: OperationId, clock: Clock) -> Adjustment:
    """Correct a wallet by a new entry with its reason; a large correction waits for another administrator."""
    return adjustments.adjust(body, admin_id=caller.user_id, operation=operation, now=clock.now())
