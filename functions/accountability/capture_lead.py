from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header

from shared import messaging
from shared.accountability.team import access, leads
from shared.accountability.team.schemas import LeadAccepted, NewLead
from shared.kernel.caller import Address
from shared.kernel.clock import Clock
from shared.kernel.declare import PUBLIC, post
from shared.kernel.platform import COUNT_RATE


@post(
    "/v1/leads",
    allow=PUBLIC,
    status=202,
    idempotent=True,
    rate="sensitive",
    touches=[access.KEEP_LEAD, messaging.access.ENLIST, COUNT_RATE],
    layers=["text"],
    settings=["brands", "text_countries"],
)
def capture_lead(
    body: NewLead,
    address: Address,
    clock: Clock,
    user_agent: Annotated[str, Header(alias="user-agent", max_length=1024)] = "",
) -> LeadAccepted:
    """Leave a phone number, and the consent to be contacted about the product."""
    return leads.capture(body, network_address=address, user_agent=user_agent, now=clock.now())
