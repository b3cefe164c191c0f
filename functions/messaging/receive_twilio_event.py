from shared.kernel.clock import Clock
from shared.kernel.declare import webhook
from shared.kernel.shells.webhook import Delivery
from shared.messaging import access
from shared.messaging.inbound import twilio_events


@webhook("twilio", touches=[access.KEEP_PROVIDER_EVENT], secrets=["twilio"])
def receive_twilio_event(delivery: Delivery, clock: Clock) -> None:
    """Keep a verified event of Twilio, a status or a reply, to be worked from a queue."""
    twilio_events.receive(delivery, now=clock.now())
