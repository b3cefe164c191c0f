from shared import identity
from shared.accountability.goals import access, profiles
from shared.accountability.goals.schemas import GuideChoice, StaffProfile
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/admin/members/{user_id}/guide",
    api="admin",
    allow="accountability:manage",
    idempotent=True,
    rate="write",
    touches=[access.CHOOSE_GUIDE, identity.access.READ_USERS, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, Unavailable],
)
def choose_guide(user_id: Id, body: GuideChoice, caller: Caller, clock: Clock) -> StaffProfile:
    """Set the guide who hears first when a user misses a day, or remove them."""
    return profiles.choose_guide(user_id, body.guide_id, by=caller.user_id, now=clock.now())
