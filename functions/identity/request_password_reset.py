from shared.identity import access, resets
from shared.identity.credentials import Forgotten
from shared.identity.schemas import ResetAccepted
from shared.kernel.caller import OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.errors import RateLimitExceeded


@post(
    "/v1/auth/password-resets",
    allow=PUBLIC,
    status=202,
    rate="reset-address",
    touches=[access.REQUEST_MAIL],
    errors=[RateLimitExceeded],
    layers=["security"],
)
def request_password_reset(body: Forgotten, operation: OperationId, clock: Clock) -> ResetAccepted:
    """Send a link that sets a new password, good for an hour at least, to an address that somebody confirmed."""
    return resets.request(body.email, operation, now=clock.now())
