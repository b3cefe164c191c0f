from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.paths import Id
from shared.live import metering
from shared.live.metering import access
from shared.live.metering.schemas import ViewingSummary


@get("/v1/streams/{stream_id}/session/{session_id}", allow="live:watch", touches=[access.VIEWINGS])
def read_session(stream_id: Id, session_id: Id, caller: Caller) -> ViewingSummary:
    """Read one's own viewing session: how long, what it came to, why it ended."""
    return metering.summary(metering.own_viewing(stream_id, session_id, caller.user_id))
