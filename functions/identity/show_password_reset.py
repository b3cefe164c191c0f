from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared import messaging
from shared.identity import access, pages
from shared.identity.errors import ExpiredLink, UnknownLink
from shared.identity.link_schemas import LinkToken
from shared.kernel.caller import AcceptedLanguage
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, get
from shared.kernel.wire import Raw


@get(
    "/v1/auth/password-reset",
    allow=PUBLIC,
    raw=("text/html",),
    rate="read",
    touches=[access.READ_LINK, messaging.access.READ_DIRECTORY],
    errors=[UnknownLink, ExpiredLink],
    secrets=["derived-tokens"],
    layers=["text"],
    settings=["brands"],
)
def show_password_reset(clock: Clock, browser: AcceptedLanguage, token: Annotated[LinkToken, Query()] = "") -> Raw:
    """Show the page on which a new password is set; opening it changes nothing."""
    return pages.show_reset(token, browser=browser, now=clock.now())
