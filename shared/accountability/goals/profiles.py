"""A user's settings for all of their goals (S-A-01); they come to be when first needed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from shared import identity, messaging
from shared.accountability import trail
from shared.accountability.goals.calendar import Habits
from shared.accountability.goals.errors import TooManyGoals
from shared.accountability.goals.items import Member
from shared.accountability.goals.rules import MAX_GOALS
from shared.accountability.goals.schemas import AccountabilityProfile, AccountabilityProfileChange, StaffProfile
from shared.accountability.items import GUIDED, user_pk
from shared.kernel import cursors
from shared.kernel.errors import NotFound, ValidationFailed
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import AlreadyExists, VersionConflict, retry_on_conflict
from shared.kernel.storage.writes import Put, Update, Write, commit, transact
from shared.kernel.text.links import unlinked
from shared.kernel.versions import ANY, Seen
from shared.kernel.wire import Page

MAX_NAME = 60

GUIDE = "accountability:guide"
"""What a user must be permitted to be somebody's guide."""


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
        commit(Put(member, condition=Member.pk.does_not_exist(), error=AlreadyExists.as_it_stands))
    except AlreadyExists as known:
        found: Member = Member.load(known.item)
        return found
    return member


def habits(member: Member) -> Habits:
    """Return how a user's days run."""
    return Habits(member.zone, member.day_start, member.grace)


def view(member: Member) -> AccountabilityProfile:
    """Return settings as their owner sees them."""
    return AccountabilityProfile(**_settings(member), phone=member.phone)


def _settings(member: Member) -> dict[str, Any]:
    return {
        "user_id": member.user_id,
        "name": member.name,
        "zone": member.zone,
        "day_start": member.day_start,
        "grace": member.grace,
        "tier": member.tier,
        "personal_best_before": member.personal_best_before,
        "share_milestones": member.share_milestones,
        "guide_id": member.guide_id,
        "onboarding_completed_at": member.onboarding_completed_at,
        "preferences": json.loads(member.preferences or "{}"),
        "version": member.version,
    }


def change(
    user_id: str, wanted: AccountabilityProfileChange, seen: Seen = ANY, *, now: datetime
) -> AccountabilityProfile:
    """Change a user's settings; days that are open keep the habits they were opened with (X-A-19).

    Messages to the user go by the clocks of the zone from then on, unless they chose another for them.

    Raises:
        ValidationFailed: the number is none at which a person can be reached.
        OtherVersion: they are in another version than was seen.
        Unavailable: others changed them all the time.
    """
    changes = _changes(wanted)
    moved_to = [messaging.set_zone_write(user_id, wanted.zone)] if wanted.zone else []

    def once() -> AccountabilityProfile:
        member = member_of(user_id)
        seen.require(member.version)
        if wanted.onboarding_completed:
            changes["onboarding_completed_at"] = member.onboarding_completed_at or now
        transact([*_changing(member, changes, by=user_id, now=now), *moved_to])
        return view(member)

    return retry_on_conflict(once)


def _changes(wanted: AccountabilityProfileChange) -> dict[str, Any]:
    changes = wanted.model_dump(exclude_unset=True, exclude={"onboarding_completed"})
    if wanted.preferences is not None:
        changes["preferences"] = json.dumps(wanted.preferences, ensure_ascii=False)
    if wanted.phone is not None:
        # Where we send texts does not matter: a person calls.
        changes["phone"] = messaging.phones.parse(wanted.phone, field="phone")
    return changes


def choose_guide(user_id: str, guide_id: str | None, *, by: str, now: datetime) -> StaffProfile:
    """Set or remove the guide of a user.

    Raises:
        NotFound: the user has no goals and no profile yet.
        ValidationFailed: the chosen user is no guide.
        Unavailable: others changed it all the time.
    """
    if guide_id and not identity.may(guide_id, GUIDE):
        raise ValidationFailed(details=[("guideId", "This user is not a guide")])

    def once() -> StaffProfile:
        member = reads.get(Member, user_pk(user_id), Member.SK)
        if member is None:
            raise NotFound
        transact(_changing(member, {"guide_id": guide_id}, by=by, now=now))
        return _staff_view(member)

    return retry_on_conflict(once)


def guided(guide_id: str, *, limit: int, cursor: str | None) -> Page[StaffProfile]:
    """Return a page of the users of a guide; it may hold fewer than ``limit`` and still go on. Two calls.

    Raises:
        BadCursor: the cursor is of another list.
    """
    scope = f"guided#{guide_id}"
    start = cursors.decode(scope, cursor)
    found = reads.query(Member, Member.guide_id == guide_id, index=GUIDED.name, limit=limit, start=start)
    keys = [(Member, one["pk"]["S"], one["sk"]["S"]) for one in found.items]
    whole = reads.get_many(keys) if keys else []
    # The index lags behind: who has another guide by now is in it still.
    theirs = [_staff_view(member) for member in whole if member is not None and member.guide_id == guide_id]
    return Page(theirs, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def _staff_view(member: Member) -> StaffProfile:
    return StaffProfile(**_settings(member))


def _changing(member: Member, changes: Mapping[str, Any], *, by: str, now: datetime) -> list[Write]:
    """Return the writes that change settings as they were read (``VersionConflict``), and change them in place."""
    actions: list[Action] = []
    before, after = _kept({name: getattr(member, name) for name in changes}), _kept(changes)
    for name, value in changes.items():
        attribute = getattr(Member, name)
        actions.append(attribute.remove() if value is None else attribute.set(value))
        setattr(member, name, value)
    was = member.version
    member.version = was + 1
    actions.append(Member.version.set(member.version))
    return [
        Update(Member, member.pk, member.sk, actions, condition=Member.version == was, error=VersionConflict),
        *trail.changed(
            member.user_id, "PROFILE", member.user_id, before, after, version=member.version, by=by, now=now
        ),
    ]


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings as their trail keeps them."""
    return {name: json.loads(value) if name == "preferences" and value else value for name, value in values.items()}


def one_more_goal(user_id: str) -> Update:
    """Return the write that counts a goal; ``TooManyGoals`` where the user has as many as anybody may have."""
    room = Member.goals < MAX_GOALS
    return Update(Member, user_pk(user_id), Member.SK, [Member.goals.add(1)], condition=room, error=TooManyGoals)


def one_goal_less(user_id: str) -> Update:
    """Return the write that counts a goal off."""
    return Update(Member, user_pk(user_id), Member.SK, [Member.goals.add(-1)])
