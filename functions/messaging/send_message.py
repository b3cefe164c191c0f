from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.kernel.security import derived
from shared.messaging import access
from shared.messaging.events import MessageQueued
from shared.messaging.providers import twilio
from shared.messaging.sending import dispatch


@on_event(
    MessageQueued,
    touches=[access.SEND, access.NOTIFY, access.SEND_MAIL],
    secrets=[derived.SECRET, twilio.SECRET],
    layers=["text", "comms"],
    settings=access.SENDING_SETTINGS,
    callbacks=[twilio.PROVIDER],
    timeout=60,
    alarms=[dispatch.LATE, dispatch.OVER_BUDGET],
)
def send_message(event: MessageQueued, clock: Clock) -> None:
    """Send a message that was asked for, or let it wait, or note why it must not leave."""
    dispatch.advance(event.message_id, now=clock.now())
