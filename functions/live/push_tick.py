from shared import wallet
from shared.kernel.clock import Clock
from shared.kernel.declare import on_stream
from shared.kernel.realtime import PUBLISH
from shared.kernel.shells.batch import StreamRecord
from shared.live.metering import access
from shared.live.metering.announcing import announce_tick
from shared.live.metering.items import ViewingItem

TICKED = {
    "eventName": ["MODIFY"],
    "dynamodb": {"Keys": {"sk": {"S": ["VIEWING"]}}, "NewImage": {"status": {"S": ["ACTIVE"]}}},
}


@on_stream(
    "live",
    filters=[TICKED],
    touches=[wallet.access.READ, access.TELL, access.VIEWINGS, *PUBLISH],
    settings=["socket_endpoint"],
    timeout=30,
)
def push_tick(record: StreamRecord, clock: Clock) -> None:
    """Tell a viewer live how the balance moves with each tick, and warn when it runs low."""
    if record.old and record.new:
        announce_tick(ViewingItem.load(record.old), ViewingItem.load(record.new), now=clock.now())
