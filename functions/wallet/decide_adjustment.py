from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.wallet import access, adjustments, errors
from shared.wallet.schemas import Adjustment, AdjustmentDecision


@post(
    "/v1/admin/wallet/adjustments/{adjustment_id}/decide",
    api="admin",
    allow="wallet:reconcile",
    idempotent=True,
    rate="write",
    touches=[access.POST, COUNT_RATE, KEEP_ANSWER],
    errors=[
        errors.AdjustmentNotFound,
        errors.SecondPersonNeeded,
        errors.AdjustmentDecided,
        errors.NotRefundable,
        errors.InsufficientCredits,
        errors.StaleAccount,
    ],
)
def decide_adjustment(adjustment_id: Id, body: AdjustmentDecision, caller: Caller, clock: Clock) -> Adjustment:
    """Approve or reject a large correction of a wallet; not for who asked for it or owns the wallet."""
    return adjustments.decide(adjustment_id, body, admin_id=caller.user_id, now=clock.now())
