from shared.identity import access, profiles
from shared.identity.schemas import Me
from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.errors import NotFound


@get(
    "/v1/auth/me",
    allow="identity:self",
    unconfirmed=True,
    rate="read",
    touches=[access.READ_USERS],
    errors=[NotFound],
)
def read_me(caller: Caller) -> Me:
    """Return the caller's account, permissions and profile."""
    return profiles.read_me(caller.user_id)
