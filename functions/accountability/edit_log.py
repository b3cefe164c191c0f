from shared import messaging
from shared.accountability.goals import access, errors, logs
from shared.accountability.goals.schemas import LogChange, LogView, PathDate
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import patch
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.paths import Id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.kernel.versions import SeenVersion
from shared.kernel.wire import Reply


@patch(
    "/v1/goals/{goal_id}/logs/{date}",
    allow="accountability:use",
    idempotent=True,
    versioned=True,
    rate="write",
    touches=[access.CHANGE, access.VIEW_MEDIA, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.DayNotOpen, Unavailable],
    settings=["media_bucket"],
)
def edit_log(
    goal_id: Id, date: PathDate, body: LogChange, caller: Caller, seen: SeenVersion, clock: Clock
) -> Reply[LogView]:
    """Edit a log of the last seven days; what it said before is kept."""
    logged = logs.edit(caller.user_id, goal_id, date, logs.changed_fields(body), seen=seen, now=clock.now())
    return Reply(logs.view(logged.day), meta=logged.meta())
