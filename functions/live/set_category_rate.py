from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.live import access, errors, rates
from shared.live.schemas import NewRate, RateView


@post(
    "/v1/admin/categories/{category_id}/rates",
    api="admin",
    allow="live:set-rates",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.SET_RATE, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.RateInThePast, errors.RateThereAlready],
)
def set_category_rate(category_id: Id, body: NewRate, caller: Caller, clock: Clock) -> RateView:
    """Announce what a minute costs in a category from an instant on, for whoever begins to watch then."""
    return rates.announce(category_id, body, admin_id=caller.user_id, now=clock.now())
