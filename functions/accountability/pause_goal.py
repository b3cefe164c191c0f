from shared import messaging
from shared.accountability.goals import access, errors, lifecycle
from shared.accountability.goals.schemas import GoalView, PauseRequest
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/goals/{goal_id}/pause",
    allow="accountability:use",
    idempotent=True,
    rate="write",
    touches=[access.CHANGE, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.GoalOver, errors.TooSoon, errors.AlreadyPaused, Unavailable],
)
def pause_goal(goal_id: Id, body: PauseRequest, caller: Caller, clock: Clock) -> GoalView:
    """Pause a goal from tomorrow or later, for a time or until it is resumed."""
    return lifecycle.pause(caller.user_id, goal_id, body, now=clock.now())
