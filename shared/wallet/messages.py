"""What a wallet tells its owner live, on ``user:{id}``."""

from datetime import datetime
from typing import ClassVar, Literal

from shared.kernel.money import CreditAmount
from shared.kernel.realtime import USER, ChannelKind, LiveMessage, publish
from shared.kernel.wire import Instant
from shared.wallet import rules
from shared.wallet.journal import read_account
from shared.wallet.rules import Standing, UsedBy


class BalanceChanged(LiveMessage):
    """The balance moved, or a part of what is set aside was used: the figures of `GET /v1/wallet/balance`."""

    type: ClassVar[str] = "balance.changed"
    channel: ClassVar[ChannelKind] = USER
    kept: ClassVar[bool] = False

    balance: CreditAmount
    available: CreditAmount
    held: CreditAmount
    watching: CreditAmount
    level: Literal["green", "yellow", "red"]
    as_of: Instant


def push_balance(user_id: str, used: UsedBy, *, hold: str | None = None, now: datetime) -> Standing | None:
    """Tell a user what they have now: one read, those of what is being watched, and the sending.

    Args:
        user_id: whose account.
        used: what was used of holds and is not settled.
        hold: one that the news is about.
        now: when.

    Returns:
        What was told; ``None`` where that hold was settled meanwhile: nothing is told, whoever settled it tells.
    """
    account = read_account(user_id)
    if hold is not None and hold not in account.holds:
        return None
    standing = rules.standing(account, used(account.holds), now=now)
    message = BalanceChanged(
        balance=standing.balance,
        available=standing.available,
        held=standing.held,
        watching=standing.watching,
        level=rules.level(standing.balance),
        as_of=now,
    )
    publish(message, user_id, now=now)
    return standing
