from shared.kernel.caller import Caller
from shared.kernel.declare import get
from shared.messaging import access
from shared.messaging.recipients import users
from shared.messaging.recipients.user_schemas import Preferences


@get("/v1/notification-preferences", allow="messaging:use", touches=[access.READ_DIRECTORY])
def read_preferences(caller: Caller) -> Preferences:
    """Tell how I want to be told things: on which channels, when, in which language."""
    return users.read_preferences(caller.user_id)
