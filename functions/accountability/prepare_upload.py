from shared.accountability.goals import access, uploads
from shared.accountability.goals.schemas import NewUpload, UploadView
from shared.kernel.caller import Caller, OperationId
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.platform import COUNT_RATE


@post(
    "/v1/uploads",
    allow="accountability:use",
    status=201,
    rate="write",
    touches=[access.UPLOAD, COUNT_RATE],
    settings=["media_bucket"],
)
def prepare_upload(body: NewUpload, caller: Caller, operation: OperationId, clock: Clock) -> UploadView:
    """Get the address to send a photo, video or voice note to, signed for its type and length."""
    return uploads.prepare(caller.user_id, body, operation=operation, now=clock.now())
