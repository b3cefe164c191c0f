from shared.kernel.declare import on_event
from shared.messaging import access
from shared.messaging.events import MailEventReceived
from shared.messaging.inbound import mail_events


@on_event(MailEventReceived, touches=[access.WORK_PROVIDER_EVENT], layers=["text"])
def process_mail_event(event: MailEventReceived) -> None:
    """Act on what SES tells of a mail of ours."""
    mail_events.process(event.event_id)
