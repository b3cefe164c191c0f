"""Requests and answers of payments."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue, Strict, StrictBool

from shared.kernel.money import NOTHING, CreditAmount, CreditInput, MinorAmount
from shared.kernel.text.reading import Text
from shared.kernel.wire import Change, Instant, Versioned, Wire

Currency = Literal["AUD", "CAD", "CHF", "EUR", "GBP", "JPY", "USD"]
"""Currencies a pack may be sold in (ISO 4217)."""

MOST_CREDITS = 1_000_000_000
"""Milli-credits in one pack: a million credits."""

PackCredits = Annotated[CreditInput, Field(gt=0, le=MOST_CREDITS, examples=["1000"])]
Bonus = Annotated[CreditInput, Field(ge=0, le=MOST_CREDITS, examples=["100"])]
Price = Annotated[MinorAmount, Strict(), Field(gt=0, le=99_999_999, examples=[999])]

_PRICE: dict[str, JsonValue] = {
    "id": "prc_0123456789abcdefghjkmnpqrs",
    "productCode": "credits-1000",
    "credits": "1000",
    "bonusCredits": "100",
    "amount": 8999,
    "currency": "USD",
    "active": True,
    "featured": False,
    "bestValue": True,
    "version": 1,
}


class PriceView(Versioned):
    """A price pack: credits as decimal strings, ``amount`` in minor units of the currency."""

    model_config = ConfigDict(json_schema_extra={"examples": [_PRICE]})

    id: str
    product_code: str
    credits: CreditAmount
    bonus_credits: CreditAmount
    amount: MinorAmount
    currency: Currency
    active: bool
    featured: bool
    best_value: bool
    version: int


class NewPrice(Wire):
    """A price pack to be sold."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "productCode": "credits-1000",
                    "credits": "1000",
                    "bonusCredits": "100",
                    "amount": 8999,
                    "currency": "USD",
                    "active": True,
                }
            ]
        }
    )

    product_code: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")
    credits: PackCredits
    bonus_credits: Bonus = NOTHING
    amount: Price
    currency: Currency
    active: StrictBool = True
    featured: StrictBool = False


class PriceChange(Change):
    """What changes on a price pack; what is left out stays. The product code never changes."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"active": False}]})

    credits: PackCredits | None = None
    bonus_credits: Bonus | None = None
    amount: Price | None = None
    currency: Currency | None = None
    active: StrictBool | None = None
    featured: StrictBool | None = None


class CheckoutRequest(Wire):
    """Which pack to buy."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"priceId": "prc_0123456789abcdefghjkmnpqrs"}]})

    price_id: str = Field(min_length=1, max_length=64)


class Checkout(Wire):
    """Where to pay, and the provider's name of this checkout (S-W-42)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "checkoutUrl": "https://checkout.stripe.com/c/pay/cs_test_a1",
                    "sessionId": "cs_test_a1",
                }
            ]
        }
    )

    checkout_url: str
    session_id: str


class PaymentView(Wire):
    """One purchase: its state, what it costs, what it brings (S-W-52)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "pay_0123456789abcdefghjkmnpqrs",
                    "priceId": "prc_0123456789abcdefghjkmnpqrs",
                    "productCode": "credits-1000",
                    "credits": "1000",
                    "bonusCredits": "100",
                    "amount": 8999,
                    "currency": "USD",
                    "provider": "STRIPE",
                    "status": "SUCCEEDED",
                    "method": "CARD",
                    "createdAt": "2026-03-01T09:30:00.000Z",
                    "settledAt": "2026-03-01T09:31:12.345Z",
                }
            ]
        }
    )

    id: str
    price_id: str
    product_code: str
    credits: CreditAmount
    bonus_credits: CreditAmount
    amount: MinorAmount
    currency: str
    provider: Literal["STRIPE"]
    status: Literal["PENDING", "SUCCEEDED", "FAILED", "UNDER_REVIEW", "REFUNDED"]
    method: Literal["CARD", "BANK"] | None
    created_at: Instant
    settled_at: Instant | None


class PaymentReview(Wire):
    """A refund, a dispute or a payment that waits for a person, and what was decided (``null`` until then)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "rev_0123456789abcdefghjkmnpqrs",
                    "status": "OPEN",
                    "source": "evt_1",
                    "type": "charge.dispute.created",
                    "reason": "money goes back",
                    "objectId": "dp_1",
                    "paymentId": "pay_0123456789abcdefghjkmnpqrs",
                    "userId": "usr_01jq4w8z7xkq3v9n2m5t6r8c1d",
                    "amount": 8999,
                    "currency": "USD",
                    "openedAt": "2026-03-01T09:31:12.345Z",
                    "decision": None,
                    "note": None,
                    "decidedBy": None,
                    "decidedAt": None,
                }
            ]
        }
    )

    id: str
    status: Literal["OPEN", "DECIDED"]
    source: str = Field(description="The provider's event, or `asked-` and the payment where we asked.")
    type: str
    reason: str
    object_id: str | None = Field(description="The provider's own id: a session, charge, refund or dispute.")
    payment_id: str | None
    user_id: str | None
    amount: MinorAmount | None
    currency: str | None
    opened_at: Instant
    decision: Literal["ACTED", "NOTHING_TO_DO"] | None
    note: str | None
    decided_by: str | None
    decided_at: Instant | None


class PaymentReviewDecision(Wire):
    """What came of a review: something was done, or nothing needed doing; the note says what and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"decision": "ACTED", "note": "Refunded in full: took the credits back."}]}
    )

    decision: Literal["ACTED", "NOTHING_TO_DO"]
    note: Text = Field(min_length=3, max_length=1000)
