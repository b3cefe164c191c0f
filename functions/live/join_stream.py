from shared import wallet
from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.live import metering
from shared.live.errors import StreamNotLive
from shared.live.metering import access
from shared.live.metering.schemas import JoinedSession


@post(
    "/v1/streams/{stream_id}/session",
    allow="live:watch",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.JOIN, wallet.access.POST, COUNT_RATE, KEEP_ANSWER],
    errors=[StreamNotLive, wallet.errors.InsufficientCredits, wallet.errors.StaleAccount],
)
def join_stream(stream_id: Id, caller: Caller, operation: OperationId, clock: Clock) -> JoinedSession:
    """Start a paid viewing session: credits for the first minutes are set aside, none is charged yet."""
    return metering.join(stream_id, caller.user_id, operation=operation, now=clock.now())
