from shared import messaging
from shared.accountability.goals import access, errors, lifecycle
from shared.accountability.goals.schemas import GoalView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/goals/{goal_id}/resume",
    allow="accountability:use",
    idempotent=True,
    rate="write",
    touches=[access.CHANGE, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.GoalOver, Unavailable],
)
def resume_goal(goal_id: Id, caller: Caller, clock: Clock) -> GoalView:
    """End a goal's pause with today, or drop one that has not begun."""
    return lifecycle.resume(caller.user_id, goal_id, now=clock.now())
