"""What other domains may ask about users."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.identity import rules
from shared.identity.items import Account, Profile, user_pk
from shared.identity.standing import find_session
from shared.kernel.caller import Principal
from shared.kernel.errors import AccountSuspended, Unauthorized
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


@dataclass(frozen=True, slots=True)
class Reach:
    """How a person reaches a user."""

    name: str
    email: str


def reach(user_id: str) -> Reach | None:
    """Return how to reach a user in person; ``None`` where the account is gone. One read, for people who must."""
    account, profile = get_many([(Account, user_pk(user_id), Account.SK), (Profile, user_pk(user_id), Profile.SK)])
    return Reach(profile.display_name if profile else UNKNOWN, account.email) if account else None


def may(user_id: str, permission: str) -> bool:
    """Tell whether a user holds a permission and is not suspended. One read."""
    (account,) = get_many([(Account, user_pk(user_id), Account.SK)])
    return (
        account is not None and account.suspended_at is None and permission in rules.permissions(account.grants or ())
    )


def barred(user_id: str, permission: str) -> bool:
    """Tell whether a user is suspended or lost a permission. One read; without an account nobody is."""
    (account,) = get_many([(Account, user_pk(user_id), Account.SK)])
    permitted = account is None or permission in rules.permissions(account.grants or ())
    return account is not None and (account.suspended_at is not None or not permitted)


def signed_in(user_id: str, session_id: str, *, now: datetime) -> Principal:
    """Return what a user's sign-in permits at this moment: one consistent call.

    Raises:
        Unauthorized: it is over, or there is no such account.
        AccountSuspended: the account is suspended.
    """
    found = find_session(user_id, session_id, now=now)
    if found is None:
        raise Unauthorized
    account, _ = found
    if account.suspended_at is not None:
        raise AccountSuspended
    permitted = rules.permissions(account.grants or ())
    return Principal(user_id, session_id, permitted, verified=account.verified_at is not None)
