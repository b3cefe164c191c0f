from shared.accountability.goals import access, history
from shared.accountability.goals.schemas import PathDate, RevisionView
from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE


@get(
    "/v1/goals/{goal_id}/logs/{date}/revisions",
    allow="accountability:use",
    rate="read",
    touches=[access.READ, COUNT_RATE],
    errors=[NotFound],
)
def list_revisions(goal_id: Id, date: PathDate, caller: Caller) -> list[RevisionView]:
    """List what a log said before each of its edits, oldest first."""
    return history.revisions(caller.user_id, goal_id, date)
