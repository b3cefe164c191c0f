from shared import identity, messaging
from shared.accountability.team import access, errors, partners
from shared.accountability.team.schemas import PartnerView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/support-team/{partner_id}/invite",
    allow="accountability:use",
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
    errors=[NotFound, errors.OptedOut, errors.NotNow, errors.AskedRecently, errors.Changed],
    settings=["public_url"],
    secrets=["derived-tokens"],
)
def invite_partner(partner_id: Id, caller: Caller, clock: Clock) -> PartnerView:
    """Ask a partner for their consent again, 30 days after they refused, left or did not answer."""
    return partners.invite_again(caller.user_id, partner_id, now=clock.now())
