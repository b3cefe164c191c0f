from shared.accountability import trail
from shared.accountability.goals import access
from shared.accountability.goals.schemas import CursorQuery, LimitQuery
from shared.accountability.trail_schemas import SettingChange
from shared.kernel import cursors
from shared.kernel.caller import Caller
from shared.kernel.cursors import BadCursor
from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page


@get(
    "/v1/accountability/changes",
    allow="accountability:use",
    rate="read",
    touches=[access.READ, COUNT_RATE],
    errors=[BadCursor],
    secrets=[cursors.SECRET],
)
def list_changes(
    caller: Caller, limit: LimitQuery = 50, cursor: CursorQuery = None, sort: SortQuery = "newest"
) -> Page[SettingChange]:
    """List what was changed of one's goals, partners and settings, from what to what, when, by whom; newest first."""
    return trail.page(caller.user_id, limit=limit, cursor=cursor, order=sort)
