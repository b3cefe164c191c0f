"""What support asks about users."""

from datetime import datetime

from shared.identity.items import Account, Profile, user_pk
from shared.identity.registration import holder_of
from shared.identity.schemas import UserView
from shared.kernel.errors import NotFound
from shared.kernel.storage.reads import get_many
from shared.kernel.telemetry import logger


def find(email: str, *, by: str, now: datetime) -> UserView:
    """Return the user of a mail address, and note who looked. Two reads where there is one.

    Raises:
        NotFound: the address is nobody's.
    """
    user_id = holder_of(email, now=now)
    account, profile = get_many([(Account, user_pk(user_id), Account.SK), (Profile, user_pk(user_id), Profile.SK)])
    if account is None or profile is None:
        raise NotFound
    logger().info("user_looked_up", user_id=user_id, by=by)
    return UserView(
        id=user_id,
        email=account.email,
        email_verified=account.verified_at is not None,
        suspended=account.suspended_at is not None,
        roles=sorted(account.grants or ()),
        display_name=profile.display_name,
        created_at=account.created_at,
    )
