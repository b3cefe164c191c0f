from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.messaging import access
from shared.messaging.templates import administration
from shared.messaging.templates.errors import OwnVersion, TemplateNotFound, VersionSuperseded
from shared.messaging.templates.schemas import TemplatePath, VersionPath, VersionView


@post(
    "/v1/admin/templates/{key}/versions/{version}/approve",
    api="admin",
    allow="messaging:manage",
    rate="write",
    idempotent=True,
    touches=[access.WRITE_WORDS],
    errors=[TemplateNotFound, OwnVersion, VersionSuperseded],
)
def approve_template(key: TemplatePath, version: VersionPath, caller: Caller, clock: Clock) -> VersionView:
    """Put a version of a template into use; not its author's to do."""
    return administration.approve(key, version, by=caller.user_id, now=clock.now())
