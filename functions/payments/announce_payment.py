from shared.kernel import realtime
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.payments import announcing
from shared.payments.events import PaymentFailed, PaymentSucceeded


@on_event(PaymentSucceeded, PaymentFailed, touches=[*realtime.PUBLISH], settings=["socket_endpoint"])
def announce_payment(event: PaymentSucceeded | PaymentFailed, clock: Clock) -> None:
    """Tell a buyer live what became of their purchase."""
    announcing.announce(event, now=clock.now())
