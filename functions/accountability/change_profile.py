from shared import identity, messaging
from shared.accountability.goals import access, profiles
from shared.accountability.goals.schemas import AccountabilityProfile, AccountabilityProfileChange
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import patch
from shared.kernel.errors import Unavailable
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.kernel.versions import SeenVersion


@patch(
    "/v1/accountability/profile",
    allow="accountability:use",
    idempotent=True,
    versioned=True,
    rate="write",
    touches=[
        access.CHANGE_PROFILE,
        messaging.access.PLACE,
        identity.access.READ_USERS,
        COUNT_RATE,
        KEEP_ANSWER,
    ],
    errors=[Unavailable],
    layers=["text"],
)
def change_profile(
    body: AccountabilityProfileChange, caller: Caller, seen: SeenVersion, clock: Clock
) -> AccountabilityProfile:
    """Change one's settings for all goals; another zone or day start begins with the next day."""
    return profiles.change(caller.user_id, body, seen, now=clock.now())
