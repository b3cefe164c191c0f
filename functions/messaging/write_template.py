from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.messaging import access
from shared.messaging.templates import administration
from shared.messaging.templates.errors import TemplateNotFound
from shared.messaging.templates.schemas import NewVersion, VersionView


@post(
    "/v1/admin/templates",
    api="admin",
    allow="messaging:manage",
    status=201,
    rate="write",
    idempotent=True,
    touches=[access.WRITE_WORDS],
    errors=[TemplateNotFound],
    layers=["text"],
)
def write_template(body: NewVersion, caller: Caller, operation: OperationId, clock: Clock) -> VersionView:
    """Write a new version of a template, which is used once somebody else approves it."""
    return administration.propose(body, author_id=caller.user_id, operation=operation, now=clock.now())
