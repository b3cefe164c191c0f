from shared import messaging
from shared.identity import access, administration
from shared.identity.schemas import AccountView, AdministrativeReason
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id


@post(
    "/v1/admin/users/{user_id}/reinstate",
    api="admin",
    allow="identity:suspend",
    rate="write",
    idempotent=True,
    touches=[access.ADMINISTER, messaging.access.PLACE],
    errors=[NotFound],
)
def reinstate_account(user_id: Id, body: AdministrativeReason, caller: Caller, clock: Clock) -> AccountView:
    """Let a suspended account be used again."""
    return administration.reinstate(user_id, body.reason, by=caller.user_id, now=clock.now())
