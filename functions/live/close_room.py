from shared.kernel.declare import on_event
from shared.live import rooms
from shared.live.events import StreamEnded


@on_event(StreamEnded, secrets=["livekit"], layers=["live"], settings=["livekit_url"])
def close_room(event: StreamEnded) -> None:
    """Close the room of a stream that has ended, which disconnects everyone."""
    rooms.delete_room(event.stream_id)
