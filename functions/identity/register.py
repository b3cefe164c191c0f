from shared.identity import access, registration
from shared.identity.credentials import Registration
from shared.identity.schemas import RegistrationAccepted
from shared.kernel.caller import OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.errors import RateLimitExceeded, ValidationFailed


@post(
    "/v1/auth/register",
    allow=PUBLIC,
    status=201,
    rate="register-address",
    touches=[access.REGISTER],
    errors=[ValidationFailed, RateLimitExceeded],
    layers=["security"],
    memory=1024,
)
def register(body: Registration, operation: OperationId, clock: Clock) -> RegistrationAccepted:
    """Open an account; the answer is the same whether or not the address was known."""
    return registration.register(body, operation, now=clock.now())
