from shared import identity
from shared.accountability.goals import access, insights
from shared.accountability.goals.schemas import GoalQuery, InsightsView
from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Reply


@get(
    "/v1/insights",
    allow="accountability:use",
    rate="read",
    touches=[access.READ, access.PROFILE, identity.access.READ_USERS, COUNT_RATE],
    errors=[NotFound],
)
def read_insights(caller: Caller, goal_id: GoalQuery = None) -> Reply[InsightsView]:
    """Read one's achievement rate, streak and next milestone, of one goal or of all."""
    return insights.insights(caller.user_id, goal_id)
