from shared.accountability.goals import access, manage
from shared.accountability.goals.schemas import GoalView
from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE


@get(
    "/v1/goals/{goal_id}",
    allow="accountability:use",
    rate="read",
    touches=[access.READ, COUNT_RATE],
    errors=[NotFound],
)
def read_goal(goal_id: Id, caller: Caller) -> GoalView:
    """Read one of one's goals: its open day, streak and rules."""
    return manage.one(caller.user_id, goal_id)
