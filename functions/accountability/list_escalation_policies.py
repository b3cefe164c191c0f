from shared.accountability.escalation import access
from shared.accountability.escalation.schemas import MAX_LIMIT
from shared.accountability.policies import catalogue
from shared.accountability.policies.schemas import PolicyView
from shared.kernel.declare import get
from shared.kernel.wire import Page


@get(
    "/v1/admin/escalation-policies",
    api="admin",
    allow="accountability:manage",
    touches=[access.READ_POLICIES],
)
def list_escalation_policies() -> Page[PolicyView]:
    """List every escalation policy with its versions."""
    return Page(catalogue.every(), limit=MAX_LIMIT, next_cursor=None)
