from shared.accountability.escalation.items import DUE_KIND, StepRow
from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule


@schedule("rate(1 minute)", touches=[due.sweep_access("accountability"), due.DELIVER], timeout=60)
def sweep_steps(clock: Clock) -> None:
    """Hand over the steps of escalations that come due, and those that were lost on the way."""
    due.sweep(StepRow, DUE_KIND, now=clock.now())
