from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import get
from shared.kernel.wire import InstantInput
from shared.live import metering
from shared.wallet import access, statement
from shared.wallet.schemas import Balance, BalanceAt


@get("/v1/wallet/balance", allow="wallet:read", touches=[access.READ, metering.access.VIEWINGS])
def read_balance(caller: Caller, clock: Clock, at: InstantInput | None = None) -> Balance | BalanceAt:
    """Read one's balance: what may be spent, what is set aside, and its colour; or what one had at an instant."""
    user_id = caller.user_id
    return statement.balance_at(user_id, at) if at else statement.balance(user_id, metering.used_by, now=clock.now())
