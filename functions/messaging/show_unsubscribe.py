from shared.kernel.declare import PUBLIC, get
from shared.kernel.errors import NotFound
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Raw
from shared.messaging.inbound.schemas import MailLanguage, UnsubscribeToken
from shared.messaging.recipients import unsubscribe


@get(
    "/v1/unsubscribe/{token}",
    allow=PUBLIC,
    raw=("text/html",),
    rate="read",
    touches=[COUNT_RATE],
    errors=[NotFound],
    secrets=["derived-tokens"],
    layers=["text"],
    settings=["brands"],
)
def show_unsubscribe(token: UnsubscribeToken, language: MailLanguage = "") -> Raw:
    """Show the page on which somebody ends a kind of mails."""
    return unsubscribe.ask(token, language)
