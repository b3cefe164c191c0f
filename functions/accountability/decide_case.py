from shared import messaging
from shared.accountability.goals import access as goals_access
from shared.accountability.goals import errors as goals_errors
from shared.accountability.team import cases, errors
from shared.accountability.team.schemas import CaseDecision, CaseView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/admin/cases/{case_id}/decide",
    api="admin",
    allow="accountability:guide",
    idempotent=True,
    rate="write",
    touches=[goals_access.CHANGE, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.OwnCase, errors.WrongDecision, errors.CaseClosed, goals_errors.NewerWords, Unavailable],
)
def decide_case(case_id: Id, body: CaseDecision, caller: Caller, clock: Clock) -> CaseView:
    """Decide a case, with all that follows: a held goal is released, a disputed day excused."""
    return cases.decide(case_id, body, caller.user_id, now=clock.now())
