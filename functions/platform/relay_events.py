from shared.kernel.declare import on_stream
from shared.kernel.relay import OUTBOX_INSERTED, RELAY, relay
from shared.kernel.shells.batch import StreamRecord


@on_stream(filters=[OUTBOX_INSERTED], touches=[RELAY], timeout=30)
def relay_events(records: list[StreamRecord]) -> None:
    """Send every domain event from the outboxes of all tables to the bus."""
    relay([record.new for record in records if record.new])
