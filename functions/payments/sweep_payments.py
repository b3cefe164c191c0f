from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule
from shared.payments.items import ASK_KIND, PaymentItem


@schedule("rate(1 minute)", touches=[due.sweep_access("payments"), due.DELIVER], timeout=60)
def sweep_payments(clock: Clock) -> None:
    """Hand over the purchases that nobody told us the end of."""
    due.sweep(PaymentItem, ASK_KIND, now=clock.now())
