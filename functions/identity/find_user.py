from shared.identity import access, support
from shared.identity.credentials import Sought
from shared.identity.schemas import UserView
from shared.kernel.caller import Caller
from shared.kernel.clock import Clock
from shared.kernel.declare import post
from shared.kernel.errors import NotFound
from shared.kernel.platform import COUNT_RATE


@post(
    "/v1/admin/users/search",
    api="admin",
    allow="identity:find",
    rate="write",
    touches=[access.FIND, COUNT_RATE],
    errors=[NotFound],
    layers=["security"],
)
def find_user(body: Sought, caller: Caller, clock: Clock) -> UserView:
    """Find the user of a mail address; it stands in the body, because addresses of pages are kept in many places."""
    return support.find(body.email, by=caller.user_id, now=clock.now())
