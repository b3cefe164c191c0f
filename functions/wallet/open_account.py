from shared.identity.events import EmailVerified
from shared.kernel.declare import on_event
from shared.wallet import access, journal


@on_event(EmailVerified, touches=[access.POST])
def open_account(event: EmailVerified) -> None:
    """Open the empty account of a new user."""
    journal.open_account(event.user_id)
