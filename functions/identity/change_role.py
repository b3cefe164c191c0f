from shared.identity import access, administration
from shared.identity.errors import OwnRoles
from shared.identity.schemas import AccountView, RoleChange
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id


@post(
    "/v1/admin/users/{user_id}/roles",
    api="admin",
    allow="identity:grant-roles",
    rate="write",
    idempotent=True,
    touches=[access.ADMINISTER],
    errors=[NotFound, OwnRoles],
)
def change_role(user_id: Id, body: RoleChange, caller: Caller, clock: Clock) -> AccountView:
    """Grant a role or take it away; in effect within a minute."""
    return administration.change_role(user_id, body, by=caller.user_id, now=clock.now())
