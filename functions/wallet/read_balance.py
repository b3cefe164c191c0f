from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.wire import InstantInput
from shared.wallet import access, statement
from shared.wallet.schemas import Balance, BalanceAt


@get("/v1/wallet/balance", allow="wallet:read", touches=[access.READ])
def read_balance(caller: Caller, at: InstantInput | None = None) -> Balance | BalanceAt:
    """Read one's balance: what may be spent, what is set aside, and its colour; or what one had at an instant."""
    return statement.balance_at(caller.user_id, at) if at else statement.balance(caller.user_id)
