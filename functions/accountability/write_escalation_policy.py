from shared.accountability.escalation import access
from shared.accountability.policies import catalogue, errors
from shared.accountability.policies.schemas import NewPolicy, PolicyView
from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER


@post(
    "/v1/admin/escalation-policies",
    api="admin",
    allow="accountability:manage",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.MANAGE_POLICIES, COUNT_RATE, KEEP_ANSWER],
    errors=[errors.PolicyChangedMeanwhile],
)
def write_escalation_policy(body: NewPolicy, caller: Caller, operation: OperationId, clock: Clock) -> PolicyView:
    """Write the next version of an escalation policy, or a new one; escalations that run keep the plan they have."""
    return catalogue.create(body, admin_id=caller.user_id, operation=operation, now=clock.now())
