"""What happens in payments."""

from typing import Literal

from shared.kernel.events import DomainEvent
from shared.kernel.money import Credits, Minor


class PaymentsEvent(DomainEvent):
    """Something that happened in payments."""

    domain = "payments"


class StripeEventReceived(PaymentsEvent):
    """A verified event of Stripe is in the inbox."""

    event_id: str


class PaymentSucceeded(PaymentsEvent):
    """A payment was made and credited; credits are milli-credits, the amount minor units of the currency."""

    payment_id: str
    user_id: str
    credits: Credits
    bonus_credits: Credits
    amount: Minor
    currency: str


class PaymentFailed(PaymentsEvent):
    """A payment came to nothing: ``expired`` or ``declined``."""

    payment_id: str
    user_id: str
    reason: Literal["expired", "declined"]


class PriceSet(PaymentsEvent):
    """An admin made or changed a price pack; the pack as it is now."""

    price_id: str
    product_code: str
    credits: Credits
    bonus_credits: Credits
    amount: Minor
    currency: str
    active: bool
    featured: bool = False
    deleted: bool = False
    version: int
    admin_id: str
