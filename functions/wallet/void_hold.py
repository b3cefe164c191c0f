from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.wallet import access, adjustments, errors
from shared.wallet.schemas import HoldVoid, VoidedHold


@post(
    "/v1/admin/wallet/users/{user_id}/holds/{hold_id}/void",
    api="admin",
    allow="wallet:reconcile",
    idempotent=True,
    rate="write",
    touches=[access.POST, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.HoldNotFound, errors.HoldClosed, errors.OwnAccount, errors.VoidTooLarge, errors.StaleAccount],
    settings=["adjustment_cap", "adjustment_daily_cap"],
)
def void_hold(
    user_id: Id, hold_id: Id, body: HoldVoid, caller: Caller, operation: OperationId, clock: Clock
) -> VoidedHold:
    """Void an open hold: its credits come back to their owner, and a stream being watched with them ends unpaid."""
    return adjustments.void(
        user_id, hold_id, body.reason, admin_id=caller.user_id, operation=operation, now=clock.now()
    )
