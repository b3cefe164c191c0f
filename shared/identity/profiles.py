"""The caller's own account and profile (S-P-02, S-P-09)."""

from shared.identity import rules
from shared.identity.items import Account, Profile, user_pk
from shared.identity.schemas import Me, ProfileChange, ProfileView, PublicProfile
from shared.kernel.errors import NotFound
from shared.kernel.storage.reads import get_many
from shared.kernel.storage.writes import Update, commit
from shared.kernel.versions import Seen, refusing


def read_me(user_id: str) -> Me:
    """Return the caller's account and profile: one call.

    Raises:
        NotFound: the account is gone.
    """
    account, profile = get_many([(Account, user_pk(user_id), Account.SK), (Profile, user_pk(user_id), Profile.SK)])
    if account is None or profile is None:
        raise NotFound
    grants = sorted(account.grants or ())
    return Me(
        id=user_id,
        email=account.email,
        email_verified=account.verified_at is not None,
        roles=grants,
        permissions=sorted(rules.permissions(grants)),
        is_creator="creator" in grants,
        profile=_view(profile),
        created_at=account.created_at,
    )


def read_public(user_id: str) -> PublicProfile:
    """Return what anybody may see of a user: one call.

    Raises:
        NotFound: there is nobody, or nobody who confirmed their address, or they are suspended.
    """
    account, profile = get_many([(Account, user_pk(user_id), Account.SK), (Profile, user_pk(user_id), Profile.SK)])
    if account is None or profile is None or account.verified_at is None or account.suspended_at is not None:
        raise NotFound
    return PublicProfile(
        id=user_id,
        display_name=profile.display_name,
        bio=profile.bio,
        avatar_url=profile.avatar_url,
        is_creator=rules.grant("creator") in (account.grants or ()),
    )


def _view(profile: Profile) -> ProfileView:
    return ProfileView(
        display_name=profile.display_name, bio=profile.bio, avatar_url=profile.avatar_url, version=profile.version
    )


def change_profile(user_id: str, change: ProfileChange, seen: Seen) -> ProfileView:
    """Change the fields that were sent, in the version seen (X-P-05).

    Raises:
        NotFound: there is no such profile.
        OtherVersion: it is in another version.
    """
    sent = change.model_dump(include=change.model_fields_set)
    actions = [Profile.version.add(1)]
    for name, value in sent.items():
        attribute = getattr(Profile, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
    pk, unseen = user_pk(user_id), refusing(Profile, NotFound)
    changed = commit(
        Update(Profile, pk, Profile.SK, actions, condition=seen.holds(Profile.version), error=unseen),
        returned="ALL_NEW",
    )
    return _view(Profile.load(changed))
