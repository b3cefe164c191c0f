from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import Unavailable
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.live import access, creation, errors
from shared.live.schemas import CreatedStream, NewStream


@post(
    "/v1/streams",
    allow="live:create",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.CREATE_STREAM, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.UnknownCategory, Unavailable],
    secrets=["livekit"],
    layers=["live"],
    settings=["livekit_url", "paused_minutes"],
)
def create_stream(body: NewStream, caller: Caller, operation: OperationId, clock: Clock) -> CreatedStream:
    """Set up a stream and get the room to publish it to."""
    return creation.create(caller.user_id, body, operation, now=clock.now())
