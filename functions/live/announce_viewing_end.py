from shared import wallet
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.kernel.realtime import PUBLISH
from shared.live.metering.access import VIEWINGS
from shared.live.metering.announcing import announce_end
from shared.live.metering.events import ViewingEnded


@on_event(ViewingEnded, touches=[wallet.access.READ, VIEWINGS, *PUBLISH], settings=["socket_endpoint"])
def announce_viewing_end(event: ViewingEnded, clock: Clock) -> None:
    """Tell a viewer live that a session is over, why, and what came back."""
    announce_end(event, now=clock.now())
