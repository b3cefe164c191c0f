from shared.identity import access, profiles
from shared.identity.schemas import PublicProfile
from shared.kernel.declare import PUBLIC, get
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id


@get(
    "/v1/users/{user_id}/profile",
    allow=PUBLIC,
    rate="read",
    touches=[access.READ_USERS],
    errors=[NotFound],
)
def read_public_profile(user_id: Id) -> PublicProfile:
    """Return what anybody may see of a user."""
    return profiles.read_public(user_id)
