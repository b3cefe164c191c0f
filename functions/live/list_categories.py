from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, get
from shared.kernel.wire import Page
from shared.live import access, categories
from shared.live.schemas import CategoryView


@get("/v1/streams/categories", allow=PUBLIC, touches=[access.LIST_CATEGORIES], cache="public, max-age=60")
def list_categories(clock: Clock) -> Page[CategoryView]:
    """List the categories of streams, with how many of each are live and what a minute costs."""
    found = categories.every(now=clock.now())
    return Page(found, limit=len(found), next_cursor=None)
