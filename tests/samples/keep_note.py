"""An endpoint with everything a writing endpoint may have."""

from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.ids import derived_id
from shared.kernel.platform import COUNT_RATE, KEEP_ANSWER
from tests.samples import notes


@post(
    "/v1/folders/{folder}/notes",
    allow="notes:write",
    status=201,
    idempotent=True,
    rate="write",
    touches=[COUNT_RATE, KEEP_ANSWER],
    errors=[notes.FolderFull],
)
def keep_note(folder: str, body: notes.NewNote, caller: Caller, operation: OperationId, clock: Clock) -> notes.KeptNote:
    """Keep a note."""
    return notes.keep(f"{caller.user_id}:{folder}", body, derived_id("not", operation), now=clock.now())
