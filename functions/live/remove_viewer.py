from shared.kernel.declare import on_event
from shared.live import rooms
from shared.live.metering.events import ViewingEnded


@on_event(ViewingEnded, secrets=["livekit"], layers=["live"], settings=["livekit_url"])
def remove_viewer(event: ViewingEnded) -> None:
    """Disconnect a viewer whose viewing session is over, for whatever reason."""
    rooms.remove_participant(event.stream_id, rooms.viewer_identity(event.user_id, event.session_id))
