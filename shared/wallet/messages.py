"""What a wallet tells its owner live, on ``user:{id}``."""

from typing import ClassVar, Literal

from shared.kernel.money import CreditAmount
from shared.kernel.realtime import USER, ChannelKind, LiveMessage


class BalanceChanged(LiveMessage):
    """The balance moved."""

    type: ClassVar[str] = "balance.changed"
    channel: ClassVar[ChannelKind] = USER
    kept: ClassVar[bool] = False

    balance: CreditAmount
    available: CreditAmount
    level: Literal["green", "yellow", "red"]
