from shared import identity, wallet
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.live import access, provider_events
from shared.live.events import LivekitEventReceived


@on_event(
    LivekitEventReceived,
    touches=[access.WORK_PROVIDER_EVENT, identity.access.READ_USERS, wallet.access.POST],
    secrets=["livekit"],
    layers=["live"],
    settings=["livekit_url"],
)
def process_livekit_event(event: LivekitEventReceived, clock: Clock) -> None:
    """Act on who came into a room, who left it and who sends a picture."""
    provider_events.process(event.event_id, now=clock.now())
