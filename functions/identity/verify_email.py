from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header, Query

from shared import messaging
from shared.identity import access, pages
from shared.identity.errors import ExpiredLink, UnknownLink
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, get
from shared.kernel.wire import Raw


@get(
    "/v1/auth/verify",
    allow=PUBLIC,
    raw=("text/html", "application/json"),
    rate="write",
    touches=[access.VERIFY, messaging.access.REQUEST],
    errors=[UnknownLink, ExpiredLink],
    secrets=["derived-tokens"],
    layers=["text"],
    settings=["brands"],
)
def verify_email(
    clock: Clock,
    token: Annotated[str, Query(max_length=200)] = "",
    accept: Annotated[str, Header(max_length=1024)] = "",
) -> Raw:
    """Confirm the address that a verification link was sent to: a page, or JSON where that is asked for."""
    return pages.follow_link(token, accept, now=clock.now())
