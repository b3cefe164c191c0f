from shared.kernel import realtime
from shared.kernel.clock import Clock
from shared.kernel.declare import on_stream
from shared.kernel.shells.batch import StreamRecord
from shared.live import access, audience


@on_stream(
    "live",
    filters=audience.COMINGS_AND_GOINGS,
    window=audience.WINDOW_SECONDS,
    touches=[access.COUNT_VIEWERS, *realtime.PUBLISH],
    settings=["socket_endpoint"],
)
def count_viewers(records: list[StreamRecord], clock: Clock) -> None:
    """Count the viewers of the streams that somebody came to or left."""
    audience.recount(audience.streams_of(records), clock)
