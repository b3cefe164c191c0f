from shared.accountability.escalation import access, ending
from shared.accountability.events import RunWithdrawn
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event


@on_event(RunWithdrawn, touches=access.TAKE_STEPS, settings=["public_url"], timeout=20)
def withdraw_escalation(event: RunWithdrawn, clock: Clock) -> None:
    """End the escalation of a run that ended without a log; after words of danger nobody hears of it."""
    ending.after_withdrawal(event, now=clock.now())
