from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared import identity, messaging
from shared.accountability.partner_page import page
from shared.accountability.partner_page.form import PageToken
from shared.accountability.team import access
from shared.accountability.team.errors import LinkExpired
from shared.kernel.caller import AcceptedLanguage
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, get
from shared.kernel.errors import NotFound
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Raw


@get(
    "/v1/partner/{token}",
    allow=PUBLIC,
    raw=("text/html",),
    rate="read",
    touches=[access.SHOW_PAGE, messaging.access.READ_DIRECTORY, identity.access.READ_USERS, COUNT_RATE],
    errors=[NotFound, LinkExpired],
    secrets=["derived-tokens"],
    layers=["text"],
    settings=["brands"],
)
def show_partner_page(
    token: PageToken,
    clock: Clock,
    browser: AcceptedLanguage,
    done: Annotated[str, Query(max_length=20, examples=["saved"])] = "",
) -> Raw:
    """Show a partner who named them, what for, and what they can do about it; looking uses nothing up."""
    return page.show(token, done, browser=browser, now=clock.now())
