from shared.kernel.clock import Clock
from shared.kernel.declare import webhook
from shared.kernel.shells.webhook import Delivery
from shared.payments import access, stripe_events


@webhook("stripe", touches=[access.RECEIVE], secrets=["stripe"])
def receive_stripe_event(delivery: Delivery, clock: Clock) -> None:
    """Keep a verified event of Stripe, to be worked from a queue."""
    stripe_events.receive(delivery.headers.get("stripe-signature", ""), delivery.body, now=clock.now())
