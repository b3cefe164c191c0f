"""An endpoint that lists."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.kernel.wire import Page
from tests.samples import notes


@get("/v1/folders/{folder}/notes", allow="notes:read")
def list_notes(
    folder: str, caller: Caller, limit: Annotated[int, Query(ge=1, le=50)] = 20, cursor: str | None = None
) -> Page[notes.KeptNote]:
    """List the notes of a folder."""
    return notes.page(f"{caller.user_id}:{folder}", limit=limit, cursor=cursor)
