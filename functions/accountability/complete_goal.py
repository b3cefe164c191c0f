from shared import messaging
from shared.accountability.goals import access, lifecycle
from shared.accountability.goals.schemas import GoalView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/goals/{goal_id}/complete",
    allow="accountability:use",
    idempotent=True,
    rate="write",
    touches=[access.CHANGE, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, Unavailable],
)
def complete_goal(goal_id: Id, caller: Caller, clock: Clock) -> GoalView:
    """Complete a goal: nobody is asked or told about it any more."""
    return lifecycle.complete(caller.user_id, goal_id, now=clock.now())
