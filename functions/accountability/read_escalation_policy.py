from shared.accountability.escalation import access, errors, policies
from shared.accountability.escalation.schemas import PolicyView
from shared.kernel.declare import get
from shared.kernel.paths import Id


@get(
    "/v1/admin/escalation-policies/{policy_name}",
    api="admin",
    allow="accountability:manage",
    touches=[access.READ_POLICIES],
    errors=[errors.PolicyNotFound],
)
def read_escalation_policy(policy_name: Id) -> PolicyView:
    """Read an escalation policy with all of its versions, the newest first."""
    return policies.one(policy_name)
