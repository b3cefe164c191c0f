from shared.accountability.escalation import access, ending
from shared.accountability.events import GoalLogged
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event


@on_event(GoalLogged, touches=access.TAKE_STEPS, settings=["public_url"], timeout=20)
def end_escalation(event: GoalLogged, clock: Clock) -> None:
    """End the escalation of the run that a log ended; partners who were told or asked hear that all is well."""
    ending.after_log(event, now=clock.now())
