from shared.accountability.escalation import access, starting
from shared.accountability.events import DayMissed
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event


@on_event(DayMissed, touches=access.TAKE_STEPS, settings=["public_url"], timeout=20)
def start_escalation(event: DayMissed, clock: Clock) -> None:
    """Follow a missed day: freeze the run's plan when it begins, plan the day's steps, take those that need no wait."""
    starting.start(event, now=clock.now())
