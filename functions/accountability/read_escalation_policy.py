from shared.accountability.escalation import access
from shared.accountability.policies import catalogue, errors
from shared.accountability.policies.schemas import PolicyView
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
    return catalogue.one(policy_name)
