from shared import wallet
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound
from shared.live import metering
from shared.live.metering import access, errors
from shared.live.metering.schemas import MeterResult, MeterTick


@post(
    "/v1/meter",
    api="meter",
    allow="live:watch",
    touches=[access.TICK, wallet.access.POST],
    errors=[
        NotFound,
        errors.AlreadyProcessed,
        errors.TickTooEarly,
        errors.TickTooLate,
        errors.ViewingPaused,
        errors.SessionEnded,
        errors.CreditsExhausted,
    ],
)
def record_tick(body: MeterTick, caller: Caller, clock: Clock) -> MeterResult:
    """Charge one playback interval of a viewing session, exactly once however often it is sent."""
    return metering.charge(caller.user_id, body, now=clock.now())
