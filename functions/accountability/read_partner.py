from shared import messaging
from shared.accountability.team import access, partners
from shared.accountability.team.schemas import PartnerView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import get
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE


@get(
    "/v1/support-team/{partner_id}",
    allow="accountability:use",
    rate="read",
    touches=[access.READ_TEAM, messaging.access.READ_DIRECTORY, COUNT_RATE],
    errors=[NotFound],
)
def read_partner(partner_id: Id, caller: Caller, clock: Clock) -> PartnerView:
    """Read one of one's partners."""
    return partners.read(caller.user_id, partner_id, now=clock.now())
