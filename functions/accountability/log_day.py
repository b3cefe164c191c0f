from shared import messaging
from shared.accountability.goals import access, errors, logs
from shared.accountability.goals.schemas import LogView, NewLog
from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound, Unavailable
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.kernel.wire import Reply


@post(
    "/v1/logs",
    allow="accountability:use",
    status=201,
    idempotent=True,
    rate="write",
    touches=[access.CHANGE, access.VIEW_MEDIA, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    errors=[NotFound, errors.AlreadyLogged, errors.DayNotOpen, errors.GoalOver, Unavailable],
    settings=["media_bucket"],
)
def log_day(body: NewLog, caller: Caller, operation: OperationId, clock: Clock) -> Reply[LogView]:
    """Log a day of a goal; it ends a run of missed days at once."""
    now = clock.now()
    entry = logs.Entry(logs.said(body), body.request_id or operation, now, by=caller.user_id, date=body.date)
    logged = logs.log(caller.user_id, body.goal_id, entry, now=now)
    return Reply(logs.view(logged.day), meta=logged.meta())
