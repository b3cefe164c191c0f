from shared import wallet
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.kernel.realtime import PUBLISH
from shared.live import metering
from shared.wallet import access
from shared.wallet.events import CreditsAdjusted, CreditsDeposited, HoldExpired, HoldVoided


@on_event(
    CreditsDeposited,
    CreditsAdjusted,
    HoldExpired,
    HoldVoided,
    touches=[access.READ, metering.access.VIEWINGS, *PUBLISH],
    settings=["socket_endpoint"],
)
def push_balance(event: CreditsDeposited | CreditsAdjusted | HoldExpired | HoldVoided, clock: Clock) -> None:
    """Tell a user live what they have after their account changed."""
    wallet.push_balance(event.user_id, metering.used_by, now=clock.now())
