from shared.accountability.items import DOMAIN
from shared.accountability.team.items import DUE_KIND, Partner
from shared.kernel import due
from shared.kernel.clock import Clock
from shared.kernel.declare import schedule


@schedule("rate(1 minute)", touches=[due.sweep_access(DOMAIN), due.DELIVER], timeout=60)
def sweep_invitations(clock: Clock) -> None:
    """Hand over the invitations that are to be repeated or are over."""
    due.sweep(Partner, DUE_KIND, now=clock.now())
