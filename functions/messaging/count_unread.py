from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import get
from shared.messaging import access
from shared.messaging.notifications import reading
from shared.messaging.notifications.schemas import UnreadCount


@get("/v1/notifications/unread-count", allow="messaging:use", touches=[access.READ_INBOX])
def count_unread(caller: Caller, clock: Clock) -> UnreadCount:
    """Tell how many of my notifications are unread."""
    return reading.unread_count(caller.user_id, now=clock.now())
