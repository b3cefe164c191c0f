from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Header

from shared.identity import access, profiles
from shared.identity.errors import StaleProfile
from shared.identity.schemas import ProfileChange, ProfileView
from shared.kernel.caller import Caller
from shared.kernel.declare import patch
from shared.kernel.errors import NotFound
from shared.kernel.wire import Reply


@patch(
    "/v1/me/profile",
    allow="identity:self",
    rate="write",
    idempotent=True,
    touches=[access.CHANGE_PROFILE],
    errors=[NotFound, StaleProfile],
)
def update_profile(
    body: ProfileChange, caller: Caller, if_match: Annotated[str | None, Header(alias="if-match", max_length=64)] = None
) -> Reply[ProfileView]:
    """Change the caller's profile, with ``If-Match`` only where it is still in that version."""
    return profiles.change_profile(caller.user_id, body, if_match)
