from shared import messaging
from shared.accountability.goals import access, excusing
from shared.kernel.clock import Clock
from shared.kernel.declare import on_due
from shared.kernel.shells.batch import DueItem


@on_due("outage", touches=[access.EXCUSE, messaging.access.REQUEST], timeout=60)
def excuse_days(item: DueItem, clock: Clock) -> None:
    """Excuse the days that were missed because of an outage, as many as fit into a run."""
    excusing.excuse(item.pk, item.sk, now=clock.now())
