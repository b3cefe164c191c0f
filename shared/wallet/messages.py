"""What a wallet tells its owner live, on ``user:{id}``."""

from datetime import datetime
from typing import ClassVar, Literal

from shared.kernel.money import NOTHING, CreditAmount, Credits
from shared.kernel.realtime import USER, ChannelKind, LiveMessage, publish
from shared.wallet import rules
from shared.wallet.journal import read_account


class BalanceChanged(LiveMessage):
    """The balance moved: what the account holds, less what was watched and not yet settled."""

    type: ClassVar[str] = "balance.changed"
    channel: ClassVar[ChannelKind] = USER
    kept: ClassVar[bool] = False

    balance: CreditAmount
    available: CreditAmount
    level: Literal["green", "yellow", "red"]


def push_balance(
    user_id: str, *, unsettled: Credits = NOTHING, held: Credits = NOTHING, now: datetime
) -> Credits | None:
    """Tell a user what they have now: one read, and the sending.

    Args:
        user_id: whose account.
        unsettled: milli-credits used of an open hold.
        held: milli-credits of that hold.
        now: when.

    Returns:
        The balance that was told, in milli-credits; ``None`` where the hold was settled meanwhile: nothing is told,
        whoever settled it tells.
    """
    account = read_account(user_id)
    if account.held < held:
        return None
    balance = account.balance - unsettled
    message = BalanceChanged(balance=balance, available=account.available, level=rules.level(balance))
    publish(message, user_id, now=now)
    return balance
