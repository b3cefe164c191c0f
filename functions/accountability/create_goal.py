from shared import identity
from shared.accountability.goals import access, errors, manage
from shared.accountability.goals.schemas import GoalView, NewGoal
from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/goals",
    allow="accountability:use",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.CHANGE, identity.access.READ_USERS, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.TooManyGoals],
)
def create_goal(body: NewGoal, caller: Caller, operation: OperationId, clock: Clock) -> GoalView:
    """Set a goal; its first day is open at once."""
    return manage.create(caller.user_id, body, operation=operation, now=clock.now())
