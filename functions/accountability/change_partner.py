from shared import messaging
from shared.accountability.team import access, errors, partners
from shared.accountability.team.schemas import PartnerChange, PartnerView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import patch
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.kernel.versions import SeenVersion


@patch(
    "/v1/support-team/{partner_id}",
    allow="accountability:use",
    idempotent=True,
    versioned=True,
    rate="write",
    touches=[access.KEEP_TEAM, messaging.access.ENLIST, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.NotNow, errors.Changed],
)
def change_partner(partner_id: Id, body: PartnerChange, caller: Caller, seen: SeenVersion, clock: Clock) -> PartnerView:
    """Change what one decides about a partner: what they may read, which goals, what they are called."""
    return partners.change(caller.user_id, partner_id, body, seen, now=clock.now())
