"""Who may no longer broadcast or watch is put out of their rooms, whatever tokens they hold (X-L-04, X-L-05)."""

from datetime import datetime

from shared import identity
from shared.live import metering, streams

CREATE, WATCH = "live:create", "live:watch"


def put_out(user_id: str, *, now: datetime) -> None:
    """End what a user is at and may not do any more, as their account stands now: streams on air, viewing sessions.

    Rooms follow: of a stream that ends everybody is put out, of a viewing session that ends its viewer. News of a
    suspension that was lifted meanwhile ends nothing.

    Raises:
        Unavailable: others were faster every time.
    """
    if identity.barred(user_id, CREATE):
        streams.end_all(user_id, now=now)
    if identity.barred(user_id, WATCH):
        metering.settle_user(user_id, now=now)
