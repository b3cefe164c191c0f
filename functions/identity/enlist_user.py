from shared import messaging
from shared.identity import access, verification
from shared.identity.events import EmailVerified
from shared.kernel.declare import on_event


@on_event(EmailVerified, touches=[access.READ_USERS, messaging.access.ENLIST])
def enlist_user(event: EmailVerified) -> None:
    """Make a user reachable at the address they confirmed."""
    verification.enlist(event)
