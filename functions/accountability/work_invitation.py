from shared import identity, messaging
from shared.accountability.team import access, invitations
from shared.kernel.clock import Clock
from shared.kernel.declare import on_due
from shared.kernel.shells.batch import DueItem


@on_due(
    "invitation",
    touches=[
        access.KEEP_TEAM,
        messaging.access.ENLIST,
        messaging.access.REQUEST,
        messaging.access.READ_DIRECTORY,
        identity.access.READ_USERS,
    ],
    settings=["public_url"],
    secrets=["derived-tokens"],
)
def work_invitation(item: DueItem, clock: Clock) -> None:
    """Remind a partner who has not answered, or end their invitation."""
    invitations.look(item.pk, item.sk, now=clock.now())
