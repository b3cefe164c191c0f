from shared import identity, messaging
from shared.accountability.team import access, groups
from shared.accountability.team.schemas import GroupMessage, SentToGroup
from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/support-team/messages",
    allow="accountability:use",
    status=202,
    idempotent=True,
    rate="sensitive",
    touches=[
        access.KEEP_TEAM,
        messaging.access.REQUEST,
        identity.access.READ_USERS,
        COUNT_RATE,
        KEEP_ANSWER,
    ],
)
def send_group_message(body: GroupMessage, caller: Caller, operation: OperationId, clock: Clock) -> SentToGroup:
    """Pass one's words on to every partner who agreed, and learn what happens for each."""
    return groups.send(caller.user_id, body, operation, now=clock.now())
