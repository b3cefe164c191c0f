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
    "/v1/auth/verify",
    allow=PUBLIC,
    raw=("text/html",),
    rate="read",
    touches=[access.READ_LINK, messaging.access.READ_DIRECTORY],
    errors=[UnknownLink, ExpiredLink],
    secrets=["derived-tokens"],
    layers=["text"],
    settings=["brands"],
)
def show_verification(clock: Clock, browser: AcceptedLanguage, token: Annotated[LinkToken, Query()] = "") -> Raw:
    """Show the page that a verification link leads to; opening it changes nothing."""
    return pages.show_confirmation(token, browser=browser, now=clock.now())
