from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import Unavailable
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.payments import access, checkout, errors, provider
from shared.payments.schemas import Checkout, CheckoutRequest


@post(
    "/v1/payments/checkout",
    allow="payments:buy",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.BUY, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.PriceNotFound, errors.PriceInactive, errors.PriceNotSellable, errors.PaymentClosed, Unavailable],
    alarms=[provider.REFUSAL_METRIC],
    secrets=["stripe"],
    layers=["payments"],
    settings=["public_url", "stripe_api_base", "checkout_success_url", "checkout_cancel_url"],
    timeout=15,
)
def start_checkout(body: CheckoutRequest, caller: Caller, operation: OperationId, clock: Clock) -> Checkout:
    """Begin to buy a price pack and get the page to pay on."""
    return checkout.start(body.price_id, user_id=caller.user_id, operation=operation, now=clock.now())
