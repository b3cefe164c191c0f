"""Letting people into a stream's room."""

from datetime import datetime

from shared import identity
from shared.kernel.errors import Forbidden
from shared.live import lookup, metering, revoking, rooms
from shared.live.errors import SessionNeeded, StreamNotLive, require_live
from shared.live.items import Stream
from shared.live.rules import OVER, StreamStatus
from shared.live.schemas import Entry


def admit(stream_id: str, user_id: str, session_id: str | None, *, now: datetime) -> Entry:
    """Return a token for the room of a stream: its creator publishes, a viewer with an active session watches.

    The creator may enter before going live, to look at the picture (S-L-31). Nobody else's viewing session lets
    anybody in, and a token is good for five minutes (S-L-19, X-L-05). The token of a viewer opens the first interval
    of their session, which is owed from then on (D-51).

    Raises:
        NotFound: there is no such stream, or no such viewing session of this user on it.
        StreamNotLive: it is not on air; for its creator: it is over.
        StreamPaused: it has no picture for the moment.
        SessionNeeded: a viewer named no viewing session.
        SessionEnded: the viewing session is over.
        Forbidden: they may not any more, which the gateway hears up to a minute late.
    """
    stream = lookup.stream(stream_id)
    is_creator = stream.creator_id == user_id
    if StreamStatus(stream.status) in OVER:
        raise StreamNotLive
    if not is_creator:
        require_live(stream.status)
    if identity.barred(user_id, revoking.CREATE if is_creator else revoking.WATCH):
        raise Forbidden
    token = rooms.publisher_token(stream_id, user_id) if is_creator else _viewer_token(stream, user_id, session_id, now)
    return Entry(token=token, url=rooms.client_url(), room=stream_id, expires_at=now + rooms.TOKEN_LIFE)


def _viewer_token(stream: Stream, user_id: str, session_id: str | None, now: datetime) -> str:
    if session_id is None:
        raise SessionNeeded
    token = rooms.viewer_token(stream.stream_id, rooms.viewer_identity(user_id, session_id))
    metering.let_in(stream.stream_id, session_id, user_id, now=now)
    return token
