from shared.accountability.team import access, cases
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule


@schedule("rate(5 minutes)", touches=[access.COUNT_CASES], timeout=30, alarms=[cases.WAITING_METRIC])
def count_waiting_cases(clock: Clock) -> None:
    """Count words of danger that wait too long for a person."""
    cases.count_waiting(now=clock.now())
