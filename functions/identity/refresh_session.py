from shared.identity import access, sessions
from shared.identity.errors import RefreshRefused
from shared.identity.schemas import Refreshing, SignedIn
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.errors import AccountSuspended
from shared.kernel.security.keys import SIGN


@post(
    "/v1/auth/refresh",
    allow=PUBLIC,
    rate="write",
    touches=[access.REFRESH, SIGN],
    errors=[RefreshRefused, AccountSuspended],
    secrets=["derived-tokens"],
    settings=["access_token_minutes", "refresh_token_days"],
    layers=["security"],
)
def refresh_session(body: Refreshing, clock: Clock) -> SignedIn:
    """Get the next access and refresh token; a refresh token that is used again later ends the session."""
    return sessions.refresh(body.refresh_token, now=clock.now())
