from shared import identity, messaging
from shared.accountability.team import access, errors, partners
from shared.accountability.team.naming import NewPartner
from shared.accountability.team.schemas import PartnerView
from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/support-team",
    allow="accountability:use",
    status=201,
    idempotent=True,
    rate="invitation",
    touches=[
        access.KEEP_TEAM,
        messaging.access.ENLIST,
        messaging.access.REQUEST,
        identity.access.READ_USERS,
        COUNT_RATE,
        KEEP_ANSWER,
    ],
    errors=[errors.PartnerExists, errors.AskedRecently, errors.TeamFull],
    layers=["text"],
    settings=["public_url", "text_countries"],
    secrets=["derived-tokens"],
)
def add_partner(body: NewPartner, caller: Caller, operation: OperationId, clock: Clock) -> PartnerView:
    """Name somebody who backs one's goals; they are asked for their consent, and hear nothing else before."""
    return partners.add(caller.user_id, body, operation, now=clock.now())
