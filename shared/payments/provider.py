"""Stripe: the one place that calls it, and the form of what it posts. Its SDK is imported only when it is called."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, Field, Strict, ValidationError

from shared.kernel.config import settings
from shared.kernel.errors import Unavailable
from shared.kernel.money import Minor, to_decimal
from shared.kernel.secrets import secret_fields
from shared.payments.rules import Told

if TYPE_CHECKING:
    from stripe import StripeClient
    from stripe.params.checkout import SessionCreateParams

    from shared.payments.items import PaymentItem

PROVIDER = "STRIPE"
SECRET = "stripe"  # noqa: S105 - the secret's name
"""A JSON object: ``api_key``, and ``webhook_secret`` with the current secret and, while it is being replaced, the one
before it, separated by a space."""

TIMEOUT_SECONDS = 5
SUCCESS_PATH = "/v1/payments/success?session_id={CHECKOUT_SESSION_ID}"
CANCELLED_PATH = "/v1/payments/cancelled"


def webhook_secrets() -> list[str]:
    """Return the secrets that deliveries may be signed with."""
    found: str = secret_fields(SECRET)["webhook_secret"]
    return found.split()


@dataclass(frozen=True, slots=True)
class Opened:
    """A Checkout session: its id and the page to pay on."""

    session_id: str
    url: str


@lru_cache(maxsize=1)
def _client(api_key: str, base: str) -> "StripeClient":
    import stripe

    return stripe.StripeClient(
        api_key,
        base_addresses={"api": base} if base else {},
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
        max_network_retries=1,
    )


def open_checkout(payment: "PaymentItem") -> Opened:
    """Open a Checkout session for a payment. A repeat gives the same session: the payment is the idempotency key.

    Raises:
        Unavailable: Stripe does not answer, is busy or in trouble; the same payment may be tried again.
    """
    import stripe

    client = _client(secret_fields(SECRET)["api_key"], settings().stripe_api_base)
    try:
        session = client.v1.checkout.sessions.create(
            _session_params(payment), {"idempotency_key": f"checkout-{payment.id}"}
        )
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as silence:
        raise Unavailable from silence
    if session.url is None:
        raise Unavailable
    return Opened(session.id, session.url)


def _session_params(payment: "PaymentItem") -> "SessionCreateParams":
    metadata = {"userId": payment.user_id, "priceId": payment.price_id, "paymentId": payment.id}
    bonus = f" + {to_decimal(payment.bonus_credits)} bonus" if payment.bonus_credits else ""
    return {
        "mode": "payment",
        "client_reference_id": payment.id,
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": payment.currency.lower(),
                    "unit_amount": payment.amount,
                    "product_data": {"name": f"{to_decimal(payment.credits)} credits{bonus}"},
                },
            }
        ],
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        "success_url": settings().checkout_success_url or settings().public_url + SUCCESS_PATH,
        "cancel_url": settings().checkout_cancel_url or settings().public_url + CANCELLED_PATH,
    }


class _Data(BaseModel):
    object: dict[str, Any]


class StripeEvent(BaseModel):
    """An event as Stripe posts it; only what is needed of it."""

    id: str = Field(pattern=r"^evt_[A-Za-z0-9_]{1,200}$")
    type: str = Field(max_length=200)
    data: _Data


class CheckoutSession(BaseModel):
    """A Checkout session inside an event."""

    id: str = Field(min_length=1, max_length=200)
    payment_status: str
    amount_total: Annotated[Minor, Strict()] | None
    currency: str | None
    metadata: dict[str, Annotated[str, Field(max_length=500)]] | None = None

    @property
    def payment_id(self) -> str | None:
        """Our payment, as we told Stripe; ``None`` for sessions that are not ours."""
        return (self.metadata or {}).get("paymentId")

    def told(self) -> Told:
        """Return what decisions need."""
        metadata = self.metadata or {}
        return Told(
            self.id,
            metadata.get("userId"),
            metadata.get("priceId"),
            self.amount_total,
            self.currency,
            self.payment_status == "paid",
        )


def session_in(event: StripeEvent) -> CheckoutSession | None:
    """Return the Checkout session that an event is about, ``None`` when it has not the form of one."""
    try:
        return CheckoutSession.model_validate(event.data.object)
    except ValidationError:
        return None
