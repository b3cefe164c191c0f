from shared.kernel.clock import Clock
from shared.kernel.declare import webhook
from shared.kernel.shells.webhook import Delivery
from shared.messaging import access
from shared.messaging.inbound import mail_events


@webhook(
    "ses",
    topic="mail",
    touches=[access.KEEP_PROVIDER_EVENT],
    layers=["security"],
    settings=["mail_topic", "sns_certificates"],
)
def receive_mail_event(delivery: Delivery, clock: Clock) -> None:
    """Keep a verified event of SES, which SNS brings, to be worked from a queue."""
    mail_events.receive(delivery.body, now=clock.now())
