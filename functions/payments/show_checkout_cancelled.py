from shared.kernel.caller import AcceptedLanguage
from shared.kernel.declare import PUBLIC, get
from shared.kernel.wire import Raw
from shared.payments import history


@get("/v1/payments/cancelled", allow=PUBLIC, raw=("text/html",), layers=["text"], settings=["brands"])
def show_checkout_cancelled(browser: AcceptedLanguage) -> Raw:
    """Show a buyer who left the checkout that nothing was bought."""
    return history.cancelled_page(browser)
