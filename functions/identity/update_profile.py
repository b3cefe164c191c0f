from shared.identity import access, profiles
from shared.identity.schemas import ProfileChange, ProfileView
from shared.kernel.caller import Caller
from shared.kernel.declare import patch
from shared.kernel.errors import NotFound
from shared.kernel.versions import SeenVersion


@patch(
    "/v1/me/profile",
    allow="identity:self",
    rate="write",
    idempotent=True,
    versioned=True,
    touches=[access.CHANGE_PROFILE],
    errors=[NotFound],
)
def update_profile(body: ProfileChange, caller: Caller, seen: SeenVersion) -> ProfileView:
    """Change the caller's profile, with ``If-Match`` only where it is still in that version."""
    return profiles.change_profile(caller.user_id, body, seen)
