from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.wire import InstantInput
from shared.wallet import access, statement
from shared.wallet.schemas import BalanceAt


@get("/v1/wallet/balance/past", allow="wallet:read", touches=[access.READ])
def read_past_balance(at: InstantInput, caller: Caller) -> BalanceAt:
    """Read what one had at an instant: the balance after the last entry up to then."""
    return statement.balance_at(caller.user_id, at)
