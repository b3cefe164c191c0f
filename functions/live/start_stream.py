from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.live import access, errors, picture, streams
from shared.live.schemas import StreamView


@post(
    "/v1/streams/{stream_id}/start",
    allow="live:create",
    idempotent=True,
    rate="write",
    touches=[access.CHANGE_STREAM, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.StreamOver, Unavailable],
    secrets=["livekit"],
    layers=["live"],
    settings=["livekit_url", "paused_minutes"],
)
def start_stream(stream_id: Id, caller: Caller, clock: Clock) -> StreamView:
    """Go on air, for the first time or after a pause: with the picture in the room, or as soon as there is one."""
    now = clock.now()
    return streams.view(picture.start(stream_id, caller.user_id, now=now), now=now)
