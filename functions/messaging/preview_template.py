from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.messaging import access
from shared.messaging.templates import administration
from shared.messaging.templates.errors import TemplateNotFound
from shared.messaging.templates.schemas import PreviewRequest, TemplatePreview


@post(
    "/v1/admin/templates/preview",
    api="admin",
    allow="messaging:manage",
    rate="write",
    touches=[access.READ_WORDS],
    errors=[TemplateNotFound],
    layers=["text"],
    settings=["brands"],
)
def preview_template(body: PreviewRequest, clock: Clock) -> TemplatePreview:
    """Try a template, or other words: what would be sent, in how many segments, or why nothing would."""
    return administration.preview(body, now=clock.now())
