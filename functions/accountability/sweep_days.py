from shared.accountability.goals import access, days
from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule


@schedule("rate(1 minute)", touches=[access.SWEEP, due.DELIVER], timeout=60)
def sweep_days(clock: Clock) -> None:
    """Hand over the goals whose day ends; a gap since the last run is an outage."""
    days.sweep(now=clock.now())
