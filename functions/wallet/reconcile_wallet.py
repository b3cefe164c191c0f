from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.wallet import access, errors, reconciliation
from shared.wallet.schemas import ReconcileReport, ReconcileRequest


@post(
    "/v1/admin/wallet/reconcile",
    api="admin",
    allow="wallet:reconcile",
    idempotent=True,
    rate="write",
    touches=[access.READ, access.POST, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.AccountNotFound, errors.OwnAccount, errors.NotCorrectable, errors.StaleAccount],
    timeout=29,
)
def reconcile_wallet(body: ReconcileRequest, caller: Caller, clock: Clock) -> ReconcileReport:
    """Add a wallet up and report any difference; with ``apply`` and a reason, correct it by a new entry."""
    return reconciliation.reconcile(
        body.user_id, apply=body.apply, reason=body.reason, admin_id=caller.user_id, now=clock.now()
    )
