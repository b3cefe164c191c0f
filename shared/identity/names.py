"""Names of users, for other domains."""

from collections.abc import Iterable, Mapping

from shared.identity.items import Profile, user_pk
from shared.kernel.storage.reads import get_many

UNKNOWN = "Unknown"


def display_names(user_ids: Iterable[str]) -> Mapping[str, str]:
    """Return the display name of each of up to 100 users: one call. Someone without a profile is ``Unknown``."""
    wanted = list(dict.fromkeys(user_ids))
    if not wanted:
        return {}
    profiles = get_many([(Profile, user_pk(user_id), Profile.SK) for user_id in wanted], consistent=False)
    pairs = zip(wanted, profiles, strict=True)
    return {user_id: profile.display_name if profile else UNKNOWN for user_id, profile in pairs}
