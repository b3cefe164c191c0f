from shared.kernel.clock import Clock
from shared.kernel.declare import on_due
from shared.kernel.shells.batch import DueItem
from shared.wallet import access, journal


@on_due("hold", touches=[access.POST], alarms=[journal.EXPIRED_METRIC])
def expire_hold(item: DueItem, clock: Clock) -> None:
    """Return the credits of a hold that nobody settled."""
    journal.expire_hold(item.pk, item.sk, now=clock.now())
