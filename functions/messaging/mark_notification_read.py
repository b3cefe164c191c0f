from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import patch
from shared.kernel.errors import NotFound
from shared.messaging import access
from shared.messaging.notifications import reading
from shared.messaging.notifications.schemas import NotificationId, NotificationView


@patch(
    "/v1/notifications/{notification_id}/read",
    allow="messaging:use",
    idempotent=True,
    rate="write",
    touches=[access.MARK_READ],
    errors=[NotFound],
)
def mark_notification_read(notification_id: NotificationId, caller: Caller, clock: Clock) -> NotificationView:
    """Mark one of my notifications as read; doing so again changes nothing."""
    return reading.mark_read(caller.user_id, notification_id, now=clock.now())
