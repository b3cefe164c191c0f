from shared import wallet
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import delete
from shared.kernel.paths import Id
from shared.live import metering
from shared.live.metering import access
from shared.live.metering.schemas import ViewingSummary


@delete(
    "/v1/streams/{stream_id}/session/{session_id}",
    allow="live:watch",
    idempotent=True,
    touches=[access.SETTLE, wallet.access.POST],
    errors=[wallet.errors.StaleAccount],
)
def leave_stream(stream_id: Id, session_id: Id, caller: Caller, clock: Clock) -> ViewingSummary:
    """Stop watching: what was watched is charged and the rest comes back at once. Leaving twice changes nothing."""
    return metering.leave(stream_id, session_id, caller.user_id, now=clock.now())
