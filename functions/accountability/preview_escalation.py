from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared import messaging
from shared.accountability.escalation import access, preview
from shared.accountability.escalation.schemas import EscalationPreview
from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id


@get(
    "/v1/goals/{goal_id}/escalation-preview",
    allow="accountability:use",
    rate="read",
    touches=[
        access.READ,
        messaging.access.FORECAST,
        messaging.access.READ_DIRECTORY,
        messaging.access.READ_WORDS,
    ],
    errors=[NotFound],
    layers=["text"],
    settings=messaging.access.SENDING_SETTINGS,
    timeout=20,
)
def preview_escalation(
    goal_id: Id, caller: Caller, days: Annotated[int, Query(ge=1, le=preview.MAX_DAYS)] = 7
) -> EscalationPreview:
    """Show who would be contacted, when and in which words, if the coming days were missed; nothing is sent."""
    return preview.preview(caller.user_id, goal_id, days)
