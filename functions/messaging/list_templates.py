from shared.kernel.clock import Clock
from shared.kernel.declare import get
from shared.kernel.wire import Page
from shared.messaging import access
from shared.messaging.templates import administration
from shared.messaging.templates.schemas import TemplateView


@get("/v1/admin/templates", api="admin", allow="messaging:manage", rate="read", touches=[access.READ_WORDS])
def list_templates(clock: Clock) -> Page[TemplateView]:
    """List the templates that messages are written with at present, by key and language."""
    found = administration.templates(now=clock.now())
    return Page(found, limit=len(found), next_cursor=None)
