from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule
from shared.messaging.message_items import DUE_KIND, Message


@schedule("rate(1 minute)", touches=[due.sweep_access("messaging"), due.DELIVER], timeout=60)
def sweep_messages(clock: Clock) -> None:
    """Hand over the messages on which something is due."""
    due.sweep(Message, DUE_KIND, now=clock.now())
