from shared import wallet
from shared.kernel.declare import on_event
from shared.live import metering
from shared.live.metering import access
from shared.live.metering.events import ViewingEnded, ViewingStarted
from shared.wallet.events import CreditsAdjusted, CreditsDeposited, HoldExpired, HoldVoided


@on_event(
    CreditsDeposited,
    CreditsAdjusted,
    HoldExpired,
    HoldVoided,
    ViewingStarted,
    ViewingEnded,
    touches=[access.REFRESH, wallet.access.READ],
)
def refresh_headroom(
    event: CreditsDeposited | CreditsAdjusted | HoldExpired | HoldVoided | ViewingStarted | ViewingEnded,
) -> None:
    """Tell a user's running viewing sessions what their account has now, for the next tick to know."""
    own = event.session_id if isinstance(event, ViewingStarted | ViewingEnded) else None
    metering.refresh(event.user_id, besides=own)
