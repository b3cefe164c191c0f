"""What messaging needs on a fresh local stack."""

from contextlib import suppress
from datetime import datetime

from shared.kernel.config import settings_of
from shared.kernel.versions import OtherVersion, Seen
from shared.messaging.domain import MessagingSettings
from shared.messaging.operators.operating import register_sender
from shared.messaging.operators.operator_schemas import SenderChange


def ensure_sender(now: datetime) -> None:
    """Register the sender of texts: without it the gate lets none to the USA through, as on a new stage."""
    registered = SenderChange(sender=settings_of(MessagingSettings).twilio_messaging_service, status="REGISTERED")
    with suppress(OtherVersion):
        register_sender(registered, Seen(0), admin_id="seed", now=now)
