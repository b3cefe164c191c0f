from shared.accountability.events import GoalProgressed
from shared.accountability.goals import messages
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.kernel.realtime import PUBLISH


@on_event(GoalProgressed, touches=[*PUBLISH], settings=["socket_endpoint"])
def push_progress(event: GoalProgressed, clock: Clock) -> None:
    """Tell a user's other devices how a goal stands."""
    messages.push_progress(event, now=clock.now())
