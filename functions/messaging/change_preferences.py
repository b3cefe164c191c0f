from shared.kernel.caller import Caller
from shared.kernel.declare import patch
from shared.kernel.versions import SeenVersion
from shared.messaging import access
from shared.messaging.recipients import users
from shared.messaging.recipients.user_schemas import Preferences, PreferencesChange


@patch(
    "/v1/notification-preferences",
    allow="messaging:use",
    rate="write",
    idempotent=True,
    versioned=True,
    touches=[access.ENLIST],
)
def change_preferences(body: PreferencesChange, caller: Caller, seen: SeenVersion) -> Preferences:
    """Choose how I am told things."""
    return users.change_preferences(caller.user_id, body, seen)
