from shared import identity
from shared.accountability.goals import access, members
from shared.accountability.goals.schemas import AccountabilityProfile, GuideChoice
from shared.kernel.declare import post
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/admin/members/{user_id}/guide",
    api="admin",
    allow="accountability:manage",
    idempotent=True,
    rate="write",
    touches=[access.CHOOSE_GUIDE, identity.access.READ_USERS, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound],
)
def choose_guide(user_id: Id, body: GuideChoice) -> AccountabilityProfile:
    """Set the guide who hears first when a user misses a day, or remove them."""
    return members.choose_guide(user_id, body.guide_id)
