from shared.kernel.clock import Clock
from shared.kernel.declare import schedule
from shared.wallet import access, reconciliation


@schedule("rate(1 hour)", touches=[access.AUDIT], alarms=[reconciliation.DRIFT_METRIC], timeout=300, memory=1024)
def check_invariants(clock: Clock) -> None:
    """Add up the accounts, a part in each run, and report those that do not add up."""
    reconciliation.check_invariants(now=clock.now())
