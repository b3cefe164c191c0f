from shared import wallet
from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import on_due
from shared.kernel.shells.batch import DueItem
from shared.live import metering
from shared.live.metering import access


@on_due("viewing", touches=[access.SETTLE, wallet.access.POST, due.DELIVER])
def check_viewing(item: DueItem, clock: Clock) -> None:
    """Settle a viewing session whose viewer fell silent 20 s ago, or whose stream is over."""
    metering.check(item.pk, item.sk, until=item.until, now=clock.now())
