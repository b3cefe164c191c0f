from shared import identity, wallet
from shared.identity.events import AccountSuspended, RoleRevoked
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.live import access, revoking
from shared.live.metering.access import SETTLE


@on_event(
    AccountSuspended,
    RoleRevoked,
    touches=[identity.access.READ_USERS, access.END_STREAMS, SETTLE, wallet.access.POST],
    timeout=60,
)
def put_out_user(event: AccountSuspended | RoleRevoked, clock: Clock) -> None:
    """End the streams and viewing sessions of somebody who may not broadcast or watch any more."""
    revoking.put_out(event.user_id, now=clock.now())
