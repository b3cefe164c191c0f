from shared import messaging
from shared.accountability.team import access, errors, partners
from shared.accountability.team.schemas import PartnerView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/support-team/{partner_id}/restore",
    allow="accountability:use",
    idempotent=True,
    rate="write",
    touches=[access.KEEP_TEAM, messaging.access.ENLIST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.NotNow, errors.PartnerExists, errors.TeamFull, errors.Changed],
)
def restore_partner(partner_id: Id, caller: Caller, clock: Clock) -> PartnerView:
    """Take back a removal: the partner is as before, with the consent they gave."""
    return partners.restore(caller.user_id, partner_id, now=clock.now())
