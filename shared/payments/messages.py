"""What payments tells a buyer live, on ``user:{id}``."""

from typing import ClassVar, Literal

from shared.kernel.money import CreditAmount
from shared.kernel.realtime import USER, ChannelKind, LiveMessage


class CreditsToppedUp(LiveMessage):
    """A purchase was paid: its credits are on the account."""

    type: ClassVar[str] = "credits.topped_up"
    channel: ClassVar[ChannelKind] = USER

    payment_id: str
    credits: CreditAmount
    bonus_credits: CreditAmount


class PaymentCameToNothing(LiveMessage):
    """A purchase was not paid."""

    type: ClassVar[str] = "payment.failed"
    channel: ClassVar[ChannelKind] = USER

    payment_id: str
    reason: Literal["expired", "declined"]
