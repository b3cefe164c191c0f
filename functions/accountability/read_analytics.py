from shared.accountability.goals import access, analytics
from shared.accountability.goals.schemas import AnalyticsView
from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.platform import COUNT_RATE


@get("/v1/analytics", allow="accountability:use", rate="read", touches=[access.READ, COUNT_RATE])
def read_analytics(caller: Caller) -> AnalyticsView:
    """Read how all goals stand this moment; ``goal.progress`` on one's own channel tells of every change."""
    return analytics.analytics(caller.user_id)
