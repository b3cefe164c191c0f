from shared.accountability.team import access, engagement
from shared.accountability.team.schemas import TeamEngagement
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import get
from shared.kernel.platform import COUNT_RATE


@get(
    "/v1/support-team/engagement",
    allow="accountability:use",
    rate="read",
    touches=[access.READ_TEAM, COUNT_RATE],
)
def read_engagement(caller: Caller, clock: Clock) -> TeamEngagement:
    """Read how one's support team answers."""
    return engagement.of_team(caller.user_id, now=clock.now())
