from typing import Annotated, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.accountability.team import access, cases
from shared.accountability.team.rules import CaseKind
from shared.accountability.team.schemas import CaseView
from shared.kernel.cursors import BadCursor
from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.platform import COUNT_RATE
from shared.kernel.wire import Page


@get(
    "/v1/admin/cases",
    api="admin",
    allow="accountability:guide",
    rate="read",
    touches=[access.LIST_CASES, COUNT_RATE],
    errors=[BadCursor],
    secrets=["cursors"],
)
def list_cases(
    status: Literal["OPEN", "CLOSED"] = "OPEN",
    kind: CaseKind | None = None,
    cursor: Annotated[str | None, Query(max_length=1024, description="Where to go on.")] = None,
    limit: Annotated[int, Query(ge=1, le=cases.MAX_LIMIT)] = 50,
    sort: SortQuery = "oldest",
) -> Page[CaseView]:
    """List what a person has to decide, the oldest first."""
    return cases.listed(status, kind, limit=limit, cursor=cursor, order=sort)
