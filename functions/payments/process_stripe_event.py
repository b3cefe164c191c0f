from shared import wallet
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.payments import access, reviews, stripe_events
from shared.payments.events import StripeEventReceived


@on_event(
    StripeEventReceived,
    touches=[access.SETTLE, wallet.access.POST],
    alarms=[reviews.METRIC, stripe_events.UNKNOWN_METRIC],
)
def process_stripe_event(event: StripeEventReceived, clock: Clock) -> None:
    """Settle the payment that an event of Stripe is about."""
    stripe_events.process(event.event_id, now=clock.now())
