from shared.kernel.declare import get
from shared.kernel.platform import COUNT_RATE
from shared.wallet import access, books
from shared.wallet.schemas import TrialBalance


@get(
    "/v1/admin/wallet/trial-balance",
    api="admin",
    allow="wallet:reconcile",
    rate="read",
    touches=[access.BOOKS, COUNT_RATE],
)
def read_trial_balance() -> TrialBalance:
    """Read what every named account comes to; the total is zero, or something is wrong."""
    return books.trial_balance()
