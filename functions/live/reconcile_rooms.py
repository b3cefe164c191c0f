from shared import identity, wallet
from shared.kernel import realtime
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule
from shared.live import access, reconciling


@schedule(
    "rate(1 minute)",
    touches=[access.RECONCILE_ROOMS, identity.access.READ_USERS, wallet.access.POST, *realtime.PUBLISH],
    secrets=["livekit"],
    layers=["live"],
    settings=["livekit_url", "socket_endpoint"],
    timeout=240,
)
def reconcile_rooms(clock: Clock) -> None:
    """List the rooms of streams that are on air or paused and put right what LiveKit's events missed."""
    reconciling.reconcile(now=clock.now())
