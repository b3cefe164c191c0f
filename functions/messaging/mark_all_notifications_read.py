from shared.kernel.caller import Caller
from shared.kernel.declare import post
from shared.messaging import access
from shared.messaging.notifications import reading
from shared.messaging.notifications.schemas import ReadAll


@post(
    "/v1/notifications/read-all",
    allow="messaging:use",
    rate="write",
    idempotent=True,
    touches=[access.MARK_READ],
)
def mark_all_notifications_read(caller: Caller) -> ReadAll:
    """Mark all of my notifications as read, and tell how many were not."""
    return reading.mark_all_read(caller.user_id)
