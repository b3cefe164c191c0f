from shared.accountability.goals.schemas import PathDate
from shared.accountability.team import access, case_opening, errors
from shared.accountability.team.schemas import Dispute, DisputeAccepted
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/goals/{goal_id}/days/{date}/dispute",
    allow="accountability:use",
    status=202,
    idempotent=True,
    rate="write",
    touches=[access.DISPUTE, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.NotMissed, errors.TooLate, errors.DisputedBefore],
)
def dispute_day(goal_id: Id, date: PathDate, body: Dispute, caller: Caller, clock: Clock) -> DisputeAccepted:
    """Contest that a day was missed; a guide decides."""
    return case_opening.dispute(caller.user_id, goal_id, date, body, now=clock.now())
