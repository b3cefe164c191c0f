from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel import cursors
from shared.kernel.caller import AcceptedLanguage, Caller
from shared.kernel.declare import get
from shared.kernel.orders import SortQuery
from shared.kernel.wire import Page
from shared.wallet import access, statement
from shared.wallet.rules import EntryType
from shared.wallet.schemas import StatementEntry


@get("/v1/wallet/ledger", allow="wallet:read", touches=[access.READ], secrets=[cursors.SECRET])
def list_entries(
    caller: Caller,
    language: AcceptedLanguage,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=1024)] = None,
    type: Annotated[EntryType | None, Query()] = None,  # noqa: A002 - the parameter's name in the specification
    sort: SortQuery = "newest",
) -> Page[StatementEntry]:
    """List the entries of one's statement, newest first, each with the balance before and after it.

    Descriptions come in the language of ``Accept-Language``.
    """
    entries, following = statement.page(
        caller.user_id, language=language, limit=limit, cursor=cursor, order=sort, kind=type
    )
    return Page(entries, limit=limit, next_cursor=following)
