from shared import messaging
from shared.accountability.escalation import access, milestones
from shared.accountability.events import MilestoneReached
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event


@on_event(MilestoneReached, touches=[access.RUN, messaging.access.REQUEST, messaging.access.READ_DIRECTORY])
def celebrate_milestone(event: MilestoneReached, clock: Clock) -> None:
    """Tell partners of a streak of 7, 30 or 60 days, where the user shares it and they like to hear of it."""
    milestones.celebrate(event, now=clock.now())
