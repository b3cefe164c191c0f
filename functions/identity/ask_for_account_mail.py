from shared import messaging
from shared.identity import access, mails
from shared.identity.events import AccountMailRequested, UserRegistered
from shared.kernel.clock import Clock
from shared.kernel.declare import on_event


@on_event(
    UserRegistered,
    AccountMailRequested,
    touches=[access.VERIFY, messaging.access.REQUEST],
    settings=["public_url"],
)
def ask_for_account_mail(event: UserRegistered | AccountMailRequested, clock: Clock) -> None:
    """Have the mail sent that an event asks for, where it still says what is so."""
    mails.ask_for_mail(event, now=clock.now())
