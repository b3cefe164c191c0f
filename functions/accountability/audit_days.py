from shared.accountability.goals import access, audit
from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule


@schedule(
    "rate(1 minute)",
    touches=[access.AUDIT, due.DELIVER],
    timeout=60,
    alarms=[audit.OVERDUE_METRIC, audit.REARMED_METRIC],
)
def audit_days(clock: Clock) -> None:
    """Find goals whose day should have ended and did not, or that lost their deadline."""
    audit.audit(now=clock.now())
