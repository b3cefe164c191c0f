from shared import messaging
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.payments import announcing
from shared.payments.events import PaymentSucceeded


@on_event(PaymentSucceeded, touches=[messaging.access.REQUEST])
def tell_of_payment(event: PaymentSucceeded, clock: Clock) -> None:
    """Ask for the messages that tell a buyer that their payment arrived."""
    announcing.tell(event, now=clock.now())
