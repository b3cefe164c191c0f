from shared import payments, wallet
from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.live import metering
from shared.live.errors import StreamNotLive, StreamPaused
from shared.live.metering import access
from shared.live.metering.errors import RateChanged
from shared.live.metering.schemas import JoinedSession, JoinRequest


@post(
    "/v1/streams/{stream_id}/session",
    allow="live:watch",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.JOIN, wallet.access.POST, payments.access.SHOP, COUNT_RATE, KEEP_ANSWER],
    errors=[StreamNotLive, StreamPaused, RateChanged, wallet.errors.InsufficientCredits, wallet.errors.StaleAccount],
    settings=["creator_shares", "minimum_balance", "viewings_at_once"],
)
def join_stream(
    stream_id: Id, body: JoinRequest, caller: Caller, operation: OperationId, clock: Clock
) -> JoinedSession:
    """Start a paid viewing session at the rate one was shown: credits for the first minutes are set aside.

    Nothing is charged before the token for the room is issued. One watches a stream once: joining it again, on another
    device too, ends the session before, which is charged for what was opened in it.
    """
    seen, user_id = body.rate_per_minute, caller.user_id
    offer = payments.nearest
    return metering.join(stream_id, user_id, operation=operation, seen=seen, nearest=offer, now=clock.now())
