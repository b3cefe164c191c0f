from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.paths import Id
from shared.kernel.wire import Page
from shared.live import metering
from shared.live.metering import access
from shared.live.metering.schemas import MAX_INDEX, MeterEvent


@get("/v1/streams/{stream_id}/session/{session_id}/intervals", allow="live:watch", touches=[access.VIEWINGS])
def list_intervals(stream_id: Id, session_id: Id, caller: Caller) -> Page[MeterEvent]:
    """List every interval that was charged in one's own viewing session, with when and what the player reported."""
    return Page(metering.intervals(stream_id, session_id, caller.user_id), limit=MAX_INDEX, next_cursor=None)
