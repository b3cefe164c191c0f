from shared.kernel.caller import Caller
from shared.kernel.declare import patch
from shared.messaging import access, users
from shared.messaging.user_schemas import Preferences, PreferencesChange


@patch("/v1/notification-preferences", allow="messaging:use", rate="write", idempotent=True, touches=[access.ENLIST])
def change_preferences(body: PreferencesChange, caller: Caller) -> Preferences:
    """Choose how I am told things."""
    return users.change_preferences(caller.user_id, body)
