from shared.identity import access, verification
from shared.identity.events import AccountMailRequested, UserRegistered
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event


@on_event(
    UserRegistered,
    AccountMailRequested,
    touches=[access.VERIFY, access.SEND_MAIL],
    secrets=["derived-tokens"],
    settings=["public_url", "mail_sender"],
)
def send_account_mail(event: UserRegistered | AccountMailRequested, clock: Clock) -> None:
    """Send the mail that an event asks for: the link that confirms an address, or that an account exists."""
    verification.send_mail(event, now=clock.now())
