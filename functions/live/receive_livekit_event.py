from shared.kernel.clock import Clock
from shared.kernel.declare import webhook
from shared.kernel.shells.webhook import Delivery
from shared.live import access, provider_events


@webhook("livekit", touches=[access.KEEP_PROVIDER_EVENT], secrets=["livekit"], layers=["live"])
def receive_livekit_event(delivery: Delivery, clock: Clock) -> None:
    """Keep a verified event of LiveKit, to be worked from a queue."""
    provider_events.receive(delivery.headers.get("authorization", ""), delivery.body, now=clock.now())
