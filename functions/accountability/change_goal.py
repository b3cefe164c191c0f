from shared import messaging
from shared.accountability.goals import access, errors, manage
from shared.accountability.goals.schemas import GoalChange, GoalView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import patch
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.kernel.versions import SeenVersion


@patch(
    "/v1/goals/{goal_id}",
    allow="accountability:use",
    idempotent=True,
    versioned=True,
    rate="write",
    touches=[access.CHANGE, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.GoalOver, errors.TooSoon, Unavailable],
)
def change_goal(goal_id: Id, body: GoalChange, caller: Caller, seen: SeenVersion, clock: Clock) -> GoalView:
    """Change a goal; another frequency and other rest days begin tomorrow."""
    return manage.change(caller.user_id, goal_id, body, seen, now=clock.now())
