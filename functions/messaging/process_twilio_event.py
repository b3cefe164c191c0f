from shared.kernel.clock import Clock
from shared.kernel.declare import on_event
from shared.messaging import access
from shared.messaging.events import TwilioEventReceived
from shared.messaging.inbound import twilio_events


@on_event(TwilioEventReceived, touches=[access.WORK_PROVIDER_EVENT])
def process_twilio_event(event: TwilioEventReceived, clock: Clock) -> None:
    """Act on what Twilio tells of a message of ours, or on what somebody wrote to us."""
    twilio_events.process(event.event_id, now=clock.now())
