from shared import identity, wallet
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.due import DELIVER
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE
from shared.live import access, errors, room_tokens
from shared.live.metering.access import LET_IN
from shared.live.metering.errors import SessionEnded
from shared.live.schemas import Entry, EntryRequest


@post(
    "/v1/streams/{stream_id}/token",
    allow="live:watch",
    rate="write",
    touches=[access.READ_STREAM, identity.access.READ_USERS, LET_IN, wallet.access.POST, DELIVER, COUNT_RATE],
    errors=[NotFound, errors.StreamNotLive, errors.StreamPaused, errors.SessionNeeded, SessionEnded],
    secrets=["livekit"],
    layers=["live"],
    settings=["livekit_url"],
)
def issue_token(stream_id: Id, body: EntryRequest, caller: Caller, clock: Clock) -> Entry:
    """Get a token for a stream's room: to publish one's own, to watch with a viewing session.

    The first token of a viewing session opens its first interval, which is owed from then on, ticked or not. More
    tokens for the same session cost nothing more.
    """
    return room_tokens.admit(stream_id, caller.user_id, body.session_id, now=clock.now())
