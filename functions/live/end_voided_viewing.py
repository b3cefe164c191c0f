from shared import wallet
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.live import metering
from shared.live.metering import access
from shared.wallet.events import HoldVoided


@on_event(HoldVoided, touches=[access.SETTLE, wallet.access.POST])
def end_voided_viewing(event: HoldVoided, clock: Clock) -> None:
    """End the viewing session whose credits an administrator gave back."""
    metering.hold_voided(event.hold_id, now=clock.now())
