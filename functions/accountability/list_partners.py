from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared import messaging
from shared.accountability.team import access, partners
from shared.accountability.team.schemas import PartnerView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import get
from shared.kernel.platform import COUNT_RATE


@get(
    "/v1/support-team",
    allow="accountability:use",
    rate="read",
    touches=[access.READ_TEAM, messaging.access.READ_DIRECTORY, COUNT_RATE],
)
def list_partners(
    caller: Caller,
    clock: Clock,
    active: Annotated[bool | None, Query(description="Only those whose relation is not over, or the others.")] = None,
) -> list[PartnerView]:
    """List one's support team, those who were removed last."""
    return partners.listed(caller.user_id, active, now=clock.now())
