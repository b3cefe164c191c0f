from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.errors import NotFound
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Raw
from shared.messaging import access
from shared.messaging.inbound.schemas import MailLanguage, UnsubscribeToken
from shared.messaging.recipients import unsubscribe as links


@post(
    "/v1/unsubscribe/{token}",
    allow=PUBLIC,
    raw=("text/html",),
    form=True,
    rate="read",
    touches=[access.UNSUBSCRIBE, COUNT_RATE],
    errors=[NotFound],
    secrets=["derived-tokens"],
    layers=["text"],
    settings=["brands"],
)
def unsubscribe(
    token: UnsubscribeToken,
    clock: Clock,
    what: Annotated[
        links.What | None,
        Query(description="PERSON ends all about one person, KIND this kind of mail, EVERYTHING all; else as offered."),
    ] = None,
    language: MailLanguage = "",
) -> Raw:
    """End messages about somebody, a kind of mail, or everything; mail clients post here when somebody unsubscribes."""
    return links.end(token, what=what, language=language, now=clock.now())
