"""Goals and their owners as they are stored, for tests that need them there."""

from datetime import datetime
from typing import Any

from shared.accountability.goals import profiles
from shared.accountability.goals.calendar import Window, opening
from shared.accountability.goals.frequency import Frequency
from shared.accountability.goals.items import Goal, Member, goal_sk
from shared.accountability.goals.repository import open_on
from shared.accountability.goals.rules import Tally
from shared.accountability.items import user_pk
from shared.kernel.storage.writes import Put, commit
from tests.clock import START


def member(user_id: str, **settings: Any) -> Member:
    """Return a user's settings; their zone is UTC unless told."""
    standard: dict[str, Any] = {
        "name": "Ada",
        "zone": "UTC",
        "day_start": 0,
        "grace": 0,
        "tier": "tier_35",
        "personal_best_before": 0,
        "share_milestones": True,
        "goals": 1,
        "version": 1,
    }
    return Member(pk=user_pk(user_id), sk=Member.SK, user_id=user_id, **(standard | settings))


def goal(owner: Member, goal_id: str = "gol_1", *, now: datetime = START, **attributes: Any) -> Goal:
    """Return a goal that its owner set just now."""
    window: Window = opening(now, profiles.habits(owner))
    standard: dict[str, Any] = {
        "title": "Run",
        "frequency": Frequency(since=window.day).model_dump_json(),
        "status": "ACTIVE",
        "escalation_enabled": True,
        "policy": "standard",
        "first_day": window.day,
        "created_at": now,
        "version": 1,
    }
    made = Goal(pk=owner.pk, sk=goal_sk(goal_id), goal_id=goal_id, user_id=owner.user_id, **(standard | attributes))
    made.put_tally(Tally())
    open_on(made, window)
    return made


def put_goal(user_id: str, goal_id: str = "gol_1", *, now: datetime = START, **settings: Any) -> Goal:
    """Store a user's settings and a goal of theirs, and return the goal."""
    owner = member(user_id, **settings)
    made = goal(owner, goal_id, now=now)
    for item in (owner, made):
        commit(Put(item))
    return made
