from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Form

from shared import messaging
from shared.identity import access, pages
from shared.identity.errors import ExpiredLink, UnknownLink
from shared.identity.link_schemas import LinkToken, TypedPassword
from shared.kernel.caller import AcceptedLanguage
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.errors import ValidationFailed
from shared.kernel.wire import Raw


@post(
    "/v1/auth/password-reset",
    allow=PUBLIC,
    form=True,
    raw=("text/html",),
    rate="write",
    touches=[access.RESET, messaging.access.READ_DIRECTORY, messaging.access.REQUEST],
    errors=[UnknownLink, ExpiredLink, ValidationFailed],
    secrets=["derived-tokens"],
    layers=["security", "text"],
    settings=["brands"],
    memory=1024,
)
def reset_password(
    clock: Clock,
    browser: AcceptedLanguage,
    token: Annotated[LinkToken, Form()] = "",
    new_password: Annotated[TypedPassword, Form(alias="newPassword")] = "",
) -> Raw:
    """Set a new password with the form behind a link; every sign-in ends."""
    return pages.reset(token, new_password, browser=browser, now=clock.now())
