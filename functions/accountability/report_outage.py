from shared.accountability.goals import access, outages
from shared.accountability.goals.schemas import OutageReport, OutageView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/admin/outages",
    api="admin",
    allow="accountability:manage",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.RECORD_OUTAGE, COUNT_RATE, KEEP_ANSWER],
)
def report_outage(body: OutageReport, caller: Caller, clock: Clock) -> OutageView:
    """Report a time in which people could not log; days that lost 30 minutes to it are excused."""
    return outages.report(body, by=caller.user_id, now=clock.now())
