from shared.kernel import realtime
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.messaging import access
from shared.messaging.events import NotificationCreated
from shared.messaging.notifications import messages


@on_event(NotificationCreated, touches=[access.ANNOUNCE, *realtime.PUBLISH], settings=["socket_endpoint"])
def announce_notification(event: NotificationCreated, clock: Clock) -> None:
    """Tell a user live of what came into their inbox."""
    messages.announce(event, now=clock.now())
