from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule
from shared.wallet import journal
from shared.wallet.items import HoldItem


@schedule("rate(1 minute)", touches=[due.sweep_access("wallet"), due.DELIVER], timeout=60)
def sweep_holds(clock: Clock) -> None:
    """Hand over the holds whose expiry has come."""
    due.sweep(HoldItem, journal.HOLD_KIND, now=clock.now())
