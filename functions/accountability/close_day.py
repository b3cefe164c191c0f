from shared import messaging
from shared.accountability.goals import access, days
from shared.kernel.clock import Clock
from shared.kernel.declare import on_due
from shared.kernel.shells.batch import DueItem


@on_due("day", touches=[access.CHANGE, messaging.access.REQUEST], timeout=30)
def close_day(item: DueItem, clock: Clock) -> None:
    """Settle a goal's day that is over, and open the next."""
    days.close_due(item.pk, item.sk, now=clock.now())
