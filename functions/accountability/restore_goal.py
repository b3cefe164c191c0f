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
    "/v1/goals/{goal_id}/restore",
    allow="accountability:use",
    idempotent=True,
    rate="write",
    touches=[access.CHANGE, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.TooManyGoals, Unavailable],
)
def restore_goal(goal_id: Id, caller: Caller, clock: Clock) -> GoalView:
    """Restore a deleted goal; the days between do not count."""
    return lifecycle.restore(caller.user_id, goal_id, now=clock.now())
