from shared import identity
from shared.accountability.team import access, cases
from shared.accountability.team.schemas import CaseDetail
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE


@get(
    "/v1/admin/cases/{case_id}",
    api="admin",
    allow="accountability:guide",
    rate="read",
    touches=[access.READ_CASE, identity.access.READ_USERS, COUNT_RATE],
    errors=[NotFound],
)
def read_case(case_id: Id, caller: Caller, clock: Clock) -> CaseDetail:
    """Read a case with what one needs to decide it; in danger also how to reach the user."""
    return cases.read(case_id, by=caller.user_id, now=clock.now())
