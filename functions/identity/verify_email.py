from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Form

from shared import messaging
from shared.identity import access, pages
from shared.identity.errors import AlreadyVerified, ExpiredLink, UnknownLink, WrongPassword
from shared.identity.link_schemas import LinkToken, TypedPassword
from shared.kernel.caller import AcceptedLanguage
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.wire import Raw


@post(
    "/v1/auth/verify",
    allow=PUBLIC,
    form=True,
    raw=("text/html",),
    rate="write",
    touches=[access.VERIFY, messaging.access.READ_DIRECTORY, messaging.access.REQUEST],
    errors=[UnknownLink, ExpiredLink, WrongPassword, AlreadyVerified],
    secrets=["derived-tokens"],
    layers=["security", "text"],
    settings=["brands"],
    memory=1024,
)
def verify_email(
    clock: Clock,
    browser: AcceptedLanguage,
    token: Annotated[LinkToken, Form()] = "",
    password: Annotated[TypedPassword, Form()] = "",
    new_password: Annotated[TypedPassword, Form(alias="newPassword")] = "",
) -> Raw:
    """Confirm an address with the form behind a verification link; sign-ins end where another password is set."""
    return pages.confirm(token, password, new_password, browser=browser, now=clock.now())
