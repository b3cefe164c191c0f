from shared import messaging
from shared.accountability.events import CrisisSuspected, DayDisputed
from shared.accountability.team import access, case_opening
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event


@on_event(
    CrisisSuspected,
    DayDisputed,
    touches=[access.OPEN_CASE, messaging.access.REQUEST],
    alarms=[case_opening.CRISIS_METRIC],
)
def open_case(event: CrisisSuspected | DayDisputed, clock: Clock) -> None:
    """Put words of danger before a person, and tell the guide of that or of a contested day."""
    case_opening.follow(event, now=clock.now())
