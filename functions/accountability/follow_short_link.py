from shared.accountability.partner_page import page
from shared.accountability.partner_page.form import ShortCode
from shared.accountability.team import access
from shared.kernel.caller import AcceptedLanguage
from shared.kernel.declare import PUBLIC, get
from shared.kernel.errors import NotFound
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Raw


@get(
    "/p/{code}",
    allow=PUBLIC,
    status=303,
    raw=("text/html",),
    rate="read",
    touches=[access.SHOW_PAGE, COUNT_RATE],
    errors=[NotFound],
    secrets=["derived-tokens"],
    settings=["brands"],
    layers=["text"],
)
def follow_short_link(code: ShortCode, browser: AcceptedLanguage) -> Raw:
    """Lead on from the short link in a text to the partner's page; following it uses nothing up."""
    return page.lead_on(code, browser=browser)
