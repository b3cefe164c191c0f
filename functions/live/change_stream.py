from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import patch
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.kernel.versions import SeenVersion
from shared.live import access, errors, picture, streams
from shared.live.schemas import StreamChange, StreamView


@patch(
    "/v1/streams/{stream_id}",
    allow="live:create",
    idempotent=True,
    versioned=True,
    rate="write",
    touches=[access.CHANGE_STREAM, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, *errors.CHANGING, errors.StatusNotPossible, errors.UnknownCategory],
    secrets=["livekit"],
    layers=["live"],
    settings=["livekit_url", "paused_minutes"],
)
def change_stream(stream_id: Id, body: StreamChange, caller: Caller, seen: SeenVersion, clock: Clock) -> StreamView:
    """Change one's stream: its title, category, picture, price or status."""
    now = clock.now()
    return streams.view(picture.change(stream_id, caller.user_id, body, seen, now=now), now=now)
