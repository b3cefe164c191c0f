from shared import messaging
from shared.accountability.goals import access, offline
from shared.accountability.goals.schemas import OfflineLogs, OfflineResult
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from shared.kernel.wire import Reply


@post(
    "/v1/logs/batch",
    allow="accountability:use",
    idempotent=True,
    rate="write",
    touches=[access.CHANGE, access.VIEW_MEDIA, messaging.access.REQUEST, COUNT_RATE, KEEP_ANSWER],
    settings=["media_bucket"],
    timeout=29,
)
def merge_logs(body: OfflineLogs, caller: Caller, clock: Clock) -> Reply[list[OfflineResult]]:
    """Take in up to 25 logs that were written offline, in any order; the one written last stands."""
    results, meta = offline.merge(caller.user_id, body.logs, now=clock.now())
    return Reply(results, meta=meta)
