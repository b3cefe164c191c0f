from shared.identity import access, sessions
from shared.identity.credentials import SignIn
from shared.identity.errors import WrongCredentials
from shared.identity.schemas import SignedIn
from shared.kernel.caller import Address
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.errors import AccountSuspended, RateLimitExceeded
from shared.kernel.security.keys import SIGN


@post(
    "/v1/auth/login",
    allow=PUBLIC,
    rate="login-address",
    touches=[access.SIGN_IN, SIGN],
    errors=[WrongCredentials, AccountSuspended, RateLimitExceeded],
    secrets=["derived-tokens"],
    settings=["access_token_minutes", "refresh_token_days"],
    layers=["security"],
    memory=1024,
)
def login(body: SignIn, address: Address, clock: Clock) -> SignedIn:
    """Sign in with e-mail address and password; a device that sends the mark of its last sign-in has its own tries."""
    return sessions.sign_in(body, address, now=clock.now())
