"""A user's settings for all of their goals (S-A-01); they come to be when first needed."""

import json
from datetime import datetime
from typing import cast

from pynamodb.expressions.update import Action

from shared import identity, messaging
from shared.accountability.goals.calendar import Habits
from shared.accountability.goals.errors import TooManyGoals
from shared.accountability.goals.items import Member
from shared.accountability.goals.rules import MAX_GOALS
from shared.accountability.goals.schemas import AccountabilityProfile, AccountabilityProfileChange, Tier
from shared.accountability.items import user_pk
from shared.kernel.errors import NotFound, ValidationFailed
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Attributes, Put, Update, commit, transact
from shared.kernel.text.links import unlinked
from shared.kernel.versions import ANY, Seen, refusing

MAX_NAME = 60

GUIDE = "accountability:guide"
"""What a user must be permitted to be somebody's guide."""


class _Known(Exception):
    def __init__(self, member: Member) -> None:
        super().__init__()
        self.member = member


def member_of(user_id: str) -> Member:
    """Return a user's settings, made with their display name at first use. One read."""
    found = reads.get(Member, user_pk(user_id), Member.SK)
    return found or _made(user_id)


def _made(user_id: str) -> Member:
    member = Member(
        pk=user_pk(user_id),
        sk=Member.SK,
        user_id=user_id,
        name=unlinked(identity.display_names([user_id])[user_id])[:MAX_NAME],
        zone="UTC",
        day_start=0,
        grace=0,
        tier="tier_35",
        personal_best_before=0,
        share_milestones=True,
        goals=0,
        version=1,
    )
    try:
        commit(Put(member, condition=Member.pk.does_not_exist(), error=_known))
    except _Known as known:
        return known.member
    return member


def _known(old: Attributes | None) -> Exception:
    return _Known(Member.load(old or {}))


def habits(member: Member) -> Habits:
    """Return how a user's days run."""
    return Habits(member.zone, member.day_start, member.grace)


def view(member: Member) -> AccountabilityProfile:
    """Return settings as their owner sees them."""
    return AccountabilityProfile(
        user_id=member.user_id,
        name=member.name,
        zone=member.zone,
        day_start=member.day_start,
        grace=member.grace,
        tier=cast("Tier", member.tier),
        personal_best_before=member.personal_best_before,
        share_milestones=member.share_milestones,
        guide_id=member.guide_id,
        onboarding_completed_at=member.onboarding_completed_at,
        preferences=json.loads(member.preferences or "{}"),
        version=member.version,
    )


def change(
    user_id: str, wanted: AccountabilityProfileChange, seen: Seen = ANY, *, now: datetime
) -> AccountabilityProfile:
    """Change a user's settings; days that are open keep the habits they were opened with (X-A-19).

    Messages to the user go by the clocks of the zone from then on, unless they chose another for them.

    Raises:
        OtherVersion: they are in another version than was seen.
    """
    member_of(user_id)
    sent = wanted.model_dump(exclude_none=True, exclude={"onboarding_completed", "preferences"})
    actions: list[Action] = [getattr(Member, name).set(value) for name, value in sent.items()]
    if wanted.preferences is not None:
        actions.append(Member.preferences.set(json.dumps(wanted.preferences, ensure_ascii=False)))
    if wanted.onboarding_completed:
        actions.append(Member.onboarding_completed_at.set(Member.onboarding_completed_at | now))
    if wanted.zone is None:
        return view(_changed(user_id, actions, seen))
    transact([_update(user_id, actions, seen), messaging.living_in(user_id, wanted.zone)])
    return view(member_of(user_id))


def choose_guide(user_id: str, guide_id: str | None) -> AccountabilityProfile:
    """Set or remove the guide of a user.

    Raises:
        NotFound: the user has no goals and no profile yet.
        ValidationFailed: the chosen user is no guide.
    """
    if guide_id and not identity.may(guide_id, GUIDE):
        raise ValidationFailed(details=[("guideId", "This user is not a guide")])
    action: Action = Member.guide_id.set(guide_id) if guide_id else Member.guide_id.remove()
    return view(_changed(user_id, [action], ANY))


def _changed(user_id: str, actions: list[Action], seen: Seen) -> Member:
    changed: Member = Member.load(commit(_update(user_id, actions, seen), returned="ALL_NEW"))
    return changed


def _update(user_id: str, actions: list[Action], seen: Seen) -> Update:
    return Update(
        Member,
        user_pk(user_id),
        Member.SK,
        [*actions, Member.version.add(1)],
        condition=seen.holds(Member.version),
        error=refusing(Member, NotFound),
    )


def one_more_goal(user_id: str) -> Update:
    """Return the write that counts a goal; ``TooManyGoals`` where the user has as many as anybody may have."""
    room = Member.goals < MAX_GOALS
    return Update(Member, user_pk(user_id), Member.SK, [Member.goals.add(1)], condition=room, error=TooManyGoals)


def one_goal_less(user_id: str) -> Update:
    """Return the write that counts a goal off."""
    return Update(Member, user_pk(user_id), Member.SK, [Member.goals.add(-1)])
