from shared import identity
from shared.accountability.goals import access, profiles
from shared.accountability.goals.schemas import AccountabilityProfile
from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.platform import COUNT_RATE


@get(
    "/v1/accountability/profile",
    allow="accountability:use",
    rate="read",
    touches=[access.PROFILE, identity.access.READ_USERS, COUNT_RATE],
)
def read_profile(caller: Caller) -> AccountabilityProfile:
    """Read one's settings for all goals: zone, day start, grace, baseline."""
    return profiles.view(profiles.member_of(caller.user_id))
