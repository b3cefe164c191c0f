"""Stripe: the one place that calls it, and the form of what it posts. Its SDK is imported only when it is called."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from aws_lambda_powertools.metrics import MetricUnit
from pydantic import BaseModel, Field, Strict, ValidationError

from shared.kernel.config import settings, settings_of
from shared.kernel.errors import Unavailable
from shared.kernel.money import Minor, to_decimal
from shared.kernel.secrets import secret_fields
from shared.kernel.telemetry import logger, metrics
from shared.payments.domain import PaymentSettings
from shared.payments.errors import PaymentClosed, PriceNotSellable
from shared.payments.rules import Asked, Told, Unknown

if TYPE_CHECKING:
    from stripe import StripeClient, StripeError
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


REFUSAL_METRIC = "PaymentProviderRefusals"
"""Counts what Stripe refused and only we can mend: a key, a permission, a parameter. An alarm watches it."""

_CHARGE = "payment_intent.latest_charge"


class NoSuchSession(Exception):
    """Stripe does not know the session."""


_ANSWERS: dict[str, type[Exception]] = {
    "amount_too_small": PriceNotSellable,
    "amount_too_large": PriceNotSellable,
    "resource_missing": NoSuchSession,
}
"""Stripe's codes that mean something of their own to us."""


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
        Unavailable: Stripe does not answer, is busy or in trouble, or refuses what only we can mend; the same payment
            may be tried again.
        PriceNotSellable: it takes no payments of this amount.
        PaymentClosed: it was told other terms for the same payment before.
    """
    with _answering():
        session = _stripe().v1.checkout.sessions.create(
            _session_params(payment), {"idempotency_key": f"checkout-{payment.id}"}
        )
    if session.url is None:
        raise Unavailable
    return Opened(session.id, session.url)


def ask(session_id: str) -> Asked | Unknown:
    """Ask what became of a Checkout session.

    Raises:
        Unavailable: Stripe does not answer, or refuses to.
    """
    try:
        with _answering():
            session = _stripe().v1.checkout.sessions.retrieve(session_id, {"expand": [_CHARGE]})
    except NoSuchSession:
        return Unknown("the provider does not know the session")
    try:
        return _Answer.model_validate(session.to_dict()).asked()
    except ValidationError:
        return Unknown("the session has another form than agreed")


def _stripe() -> "StripeClient":
    return _client(secret_fields(SECRET)["api_key"], settings_of(PaymentSettings).stripe_api_base)


@contextmanager
def _answering() -> Iterator[None]:
    """Give each refusal of Stripe its answer. What only we can mend raises an alarm; the caller may try again."""
    import stripe

    try:
        yield
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as silence:
        raise Unavailable from silence
    except stripe.IdempotencyError as changed:
        # Our terms or addresses changed between two tries; what the first one opened was shown to nobody.
        raise PaymentClosed from changed
    except stripe.StripeError as refused:
        known = _ANSWERS.get(refused.code or "")
        if known is not NoSuchSession:
            _tell(refused)
        raise (known or Unavailable) from refused


def _tell(refused: "StripeError") -> None:
    logger().error("stripe_refused", error=type(refused).__name__, code=refused.code, request=refused.request_id)
    metrics().add_metric(name=REFUSAL_METRIC, unit=MetricUnit.Count, value=1)


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
        "success_url": settings_of(PaymentSettings).checkout_success_url or settings().public_url + SUCCESS_PATH,
        "cancel_url": settings_of(PaymentSettings).checkout_cancel_url or settings().public_url + CANCELLED_PATH,
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

    def about(self) -> dict[str, Any]:
        """Return what a review says of it."""
        metadata = self.metadata or {}
        currency = self.currency.upper() if self.currency else None
        return {
            "object_id": self.id,
            "payment_id": self.payment_id,
            "user_id": metadata.get("userId"),
            "amount": self.amount_total,
            "currency": currency,
        }

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


class Charge(BaseModel):
    """A charge, refund or dispute inside an event: whatever it tells of our payment."""

    id: str = Field(min_length=1, max_length=200)
    amount: Annotated[Minor, Strict()] | None = None
    amount_refunded: Annotated[Minor, Strict()] | None = None
    currency: str | None = None
    metadata: dict[str, str] | None = None

    def about(self) -> dict[str, Any]:
        """Return what a review says of it; of a charge that is refunded, what was paid back so far."""
        metadata = self.metadata or {}
        return {
            "object_id": self.id,
            "payment_id": metadata.get("paymentId"),
            "user_id": metadata.get("userId"),
            "amount": self.amount if self.amount_refunded is None else self.amount_refunded,
            "currency": self.currency.upper() if self.currency else None,
        }


def charge_in(event: StripeEvent) -> Charge | None:
    """Return the charge, refund or dispute that an event is about, ``None`` when it has not the form of one."""
    try:
        return Charge.model_validate(event.data.object)
    except ValidationError:
        return None


class _Method(BaseModel):
    type: str


class _Charge(BaseModel):
    payment_method_details: _Method | None = None


class _Intent(BaseModel):
    status: str
    latest_charge: _Charge | None = None


class _Answer(CheckoutSession):
    """A Checkout session as Stripe answers it, with its intent and charge."""

    status: str
    payment_intent: _Intent | None = None

    def asked(self) -> Asked:
        """Return what decisions need."""
        intent = self.payment_intent
        never = self.status == "complete" and intent is not None and intent.status in _CAME_TO_NOTHING
        charge = intent.latest_charge if intent else None
        details = charge.payment_method_details if charge else None
        return Asked(
            self.told(),
            "expired" if self.status == "expired" else "declined" if never else None,
            "CARD" if details is None or details.type == "card" else "BANK",
        )


_CAME_TO_NOTHING = frozenset({"requires_payment_method", "canceled"})
"""States of the intent of a completed session whose money did not arrive."""


def session_in(event: StripeEvent) -> CheckoutSession | None:
    """Return the Checkout session that an event is about, ``None`` when it has not the form of one."""
    try:
        return CheckoutSession.model_validate(event.data.object)
    except ValidationError:
        return None
