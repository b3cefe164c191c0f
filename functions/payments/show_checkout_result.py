from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel.caller import AcceptedLanguage
from shared.kernel.declare import PUBLIC, get
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Raw
from shared.payments import access, history
from shared.payments.errors import PaymentNotFound


@get(
    "/v1/payments/success",
    allow=PUBLIC,
    raw=("text/html",),
    rate="read",
    touches=[access.READ, COUNT_RATE],
    errors=[PaymentNotFound],
    layers=["text"],
    settings=["brands"],
)
def show_checkout_result(
    browser: AcceptedLanguage, session_id: Annotated[str, Query(min_length=1, max_length=200)]
) -> Raw:
    """Show a buyer who returns from the checkout what became of it."""
    return history.result_page(session_id, language=browser)
