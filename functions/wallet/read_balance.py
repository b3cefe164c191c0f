from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.wallet import access, statement
from shared.wallet.schemas import Balance


@get("/v1/wallet/balance", allow="wallet:read", touches=[access.READ])
def read_balance(caller: Caller) -> Balance:
    """Read one's balance: what may be spent, what is set aside, and its colour."""
    return statement.balance(caller.user_id)
