from shared.kernel.declare import get
from shared.kernel.wire import Page
from shared.messaging import access
from shared.messaging.templates import administration
from shared.messaging.templates.errors import TemplateNotFound
from shared.messaging.templates.schemas import TemplatePath, VersionView


@get(
    "/v1/admin/templates/{key}",
    api="admin",
    allow="messaging:manage",
    rate="read",
    touches=[access.READ_WORDS],
    errors=[TemplateNotFound],
)
def read_template(key: TemplatePath) -> Page[VersionView]:
    """List every version of a template, the latest first."""
    found = administration.history(key)
    return Page(found, limit=len(found), next_cursor=None)
