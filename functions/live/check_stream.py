from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import on_due
from shared.kernel.shells.batch import DueItem
from shared.live import access, picture


@on_due(
    "stream",
    touches=[access.CHANGE_STREAM, due.DELIVER],
    secrets=["livekit"],
    layers=["live"],
    settings=["livekit_url", "paused_minutes"],
)
def check_stream(item: DueItem, clock: Clock) -> None:
    """Look whether a stream that waits for its picture has one, and end it when it waited too long."""
    picture.check(item.pk, until=item.until, now=clock.now())
