from shared.identity import access, verification
from shared.identity.errors import AlreadyVerified
from shared.identity.schemas import MailAccepted
from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound


@post(
    "/v1/auth/verification-mails",
    allow="identity:self",
    unconfirmed=True,
    status=202,
    rate="verification-mail",
    idempotent=True,
    touches=[access.REQUEST_MAIL],
    errors=[NotFound, AlreadyVerified],
)
def request_verification_mail(caller: Caller, operation: OperationId, clock: Clock) -> MailAccepted:
    """Send the verification mail again; earlier links stay valid until they expire."""
    return verification.request_mail(caller.user_id, operation, now=clock.now())
