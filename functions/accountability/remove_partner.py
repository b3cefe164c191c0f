from shared import messaging
from shared.accountability.team import access, errors, partners
from shared.accountability.team.schemas import PartnerView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import delete
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@delete(
    "/v1/support-team/{partner_id}",
    allow="accountability:use",
    idempotent=True,
    rate="write",
    touches=[access.KEEP_TEAM, messaging.access.ENLIST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.Changed],
)
def remove_partner(partner_id: Id, caller: Caller, clock: Clock) -> PartnerView:
    """Take a partner out of one's team: nothing goes to them any more. It can be taken back for 30 days."""
    return partners.remove(caller.user_id, partner_id, now=clock.now())
