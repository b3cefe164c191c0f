from shared.identity import access, sessions
from shared.identity.schemas import SignedOut
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post


@post(
    "/v1/auth/logout",
    allow="identity:self",
    unconfirmed=True,
    rate="write",
    idempotent=True,
    touches=[access.SIGN_OUT],
    layers=["security"],
)
def logout(caller: Caller, clock: Clock) -> SignedOut:
    """End this session and all its tokens."""
    return sessions.sign_out(caller.user_id, caller.session_id, now=clock.now())
