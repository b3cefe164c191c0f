from shared import messaging
from shared.accountability.goals import access, lifecycle
from shared.accountability.goals.schemas import GoalView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import delete
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@delete(
    "/v1/goals/{goal_id}",
    allow="accountability:use",
    idempotent=True,
    rate="write",
    touches=[access.CHANGE, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, Unavailable],
)
def delete_goal(goal_id: Id, caller: Caller, clock: Clock) -> GoalView:
    """Delete a goal; it can be restored."""
    return lifecycle.delete(caller.user_id, goal_id, now=clock.now())
