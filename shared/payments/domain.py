"""What payments declares."""

from dataclasses import dataclass

from shared.kernel.categories import Category, Channel
from shared.kernel.domains import Domain, Local, Provided


@dataclass(frozen=True, slots=True)
class PaymentSettings:
    """What a deployment may tell payments.

    Attributes:
        stripe_api_base: base URL of Stripe's API, empty for the real one.
        checkout_success_url: where Stripe returns a buyer to; ``{CHECKOUT_SESSION_ID}`` is filled in by Stripe.
            Empty for our own page.
        checkout_cancel_url: where an abandoned checkout returns to; empty for our own page.
    """

    stripe_api_base: str = ""
    checkout_success_url: str = ""
    checkout_cancel_url: str = ""


DOMAIN = Domain(
    name="payments",
    product="streams",
    permissions={
        "viewer": frozenset({"payments:buy"}),
        "admin": frozenset({"payments:manage-prices", "payments:read", "payments:review"}),
    },
    settings=PaymentSettings,
    local_settings={"stripe_api_base": "http://127.0.0.1:4571"},
    secrets={
        "stripe": Provided(
            "Calls Stripe and verifies its webhooks.",
            {
                "api_key": Local("STRIPE_API_KEY", "sk_test_local"),
                "webhook_secret": Local("STRIPE_WEBHOOK_SECRET", "whsec_local"),
            },
        )
    },
    # What somebody paid for they hear of, whatever else they do not want to (X-N-02).
    categories=(Category("payment", (Channel.IN_APP, Channel.EMAIL), critical=True, one_click=False),),
    local_seed="shared.payments.seeding:ensure_prices",
    samples={
        "active": True,
        "bonus_credits": 10000,
        "credits": 100000,
        "currency": "USD",
        "payment_id": "pay_01k0000000000000000000000a",
        "price_id": "prc_01k0000000000000000000000a",
        "product_code": "credits-1000",
    },
)
