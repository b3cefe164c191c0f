from shared import messaging
from shared.identity import access, resets
from shared.identity.errors import ExpiredLink, UnknownLink
from shared.identity.link_schemas import NewPassword
from shared.identity.schemas import PasswordSet
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.errors import ValidationFailed


@post(
    "/v1/auth/passwords",
    allow=PUBLIC,
    rate="write",
    touches=[access.RESET, messaging.access.REQUEST],
    errors=[UnknownLink, ExpiredLink, ValidationFailed],
    secrets=["derived-tokens"],
    layers=["security"],
    memory=1024,
)
def set_password(body: NewPassword, clock: Clock) -> PasswordSet:
    """Set a new password with the token of a reset link; every sign-in ends."""
    resets.set_password(body.token, body.new_password.get_secret_value(), now=clock.now())
    return PasswordSet()
