from shared.identity import access, registration
from shared.identity.credentials import Registration
from shared.identity.schemas import RegistrationAccepted
from shared.kernel.caller import OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.errors import RateLimitExceeded, ValidationFailed


@post(
    "/v1/auth/signup",
    allow=PUBLIC,
    status=201,
    rate="register-address",
    touches=[access.REGISTER],
    errors=[ValidationFailed, RateLimitExceeded],
    layers=["security"],
    memory=1024,
)
def sign_up(body: Registration, operation: OperationId, clock: Clock) -> RegistrationAccepted:
    """Open an account: the name that some clients know ``/v1/auth/register`` by (D-49)."""
    return registration.register(body, operation, now=clock.now())
