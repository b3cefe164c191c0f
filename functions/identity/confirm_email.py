from shared import messaging
from shared.identity import access, verification
from shared.identity.errors import AlreadyVerified, ExpiredLink, UnknownLink, WrongPassword
from shared.identity.link_schemas import Confirmation
from shared.identity.schemas import Confirmed
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post


@post(
    "/v1/auth/confirmations",
    allow=PUBLIC,
    rate="write",
    touches=[access.VERIFY, messaging.access.REQUEST],
    errors=[UnknownLink, ExpiredLink, WrongPassword, AlreadyVerified],
    secrets=["derived-tokens"],
    layers=["security"],
    memory=1024,
)
def confirm_email(body: Confirmation, clock: Clock) -> Confirmed:
    """Confirm an address with the token of a verification link, and the password set at registration or a new one."""
    verification.confirm(body.token, *body.passwords(), now=clock.now())
    return Confirmed()
