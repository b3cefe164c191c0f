"""The auditor of deadlines: what should have happened and did not (DESIGN: time).

A goal whose day is overdue is handed over again. Goals that must have a deadline are walked page by page, and one whose
deadline is missing or impossible is given one.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from shared.accountability.goals import days, profiles
from shared.accountability.goals.calendar import MAX_GRACE
from shared.accountability.goals.items import DUE_KIND, Goal, Walk
from shared.accountability.goals.repository import active_goals, goal_write, watch
from shared.kernel import due
from shared.kernel.due import SHARDS, due_shard
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict
from shared.kernel.storage.writes import Put, commit
from shared.kernel.telemetry import logger, metrics

OVERDUE = timedelta(minutes=2)

PAGE = 2_000
"""Goals looked at in one run: a million in a third of a day."""

OVERDUE_METRIC = "GoalDaysOverdue"
REARMED_METRIC = "GoalsRearmed"


def audit(*, now: datetime) -> tuple[int, int]:
    """Hand over again what is overdue, walk one page, and count both.

    Returns:
        How many goals were overdue, and how many were given their deadline back.
    """
    overdue = sum(1 for _ in due.due_before(Goal, DUE_KIND, now - OVERDUE))
    if overdue:
        logger().error("goal_days_overdue", goals=overdue)
        days.hand_over(now=now)
    rearmed = _walk(now=now)
    metrics().add_metric(OVERDUE_METRIC, "Count", overdue)
    metrics().add_metric(REARMED_METRIC, "Count", rearmed)
    return overdue, rearmed


def _walk(*, now: datetime) -> int:
    walk = reads.get(Walk, Walk.PK, Walk.SK) or Walk(shard=0, after=None)
    found, after = active_goals(walk.shard, walk.after, limit=PAGE)
    rearmed = sum(_rearm(raw["pk"]["S"], raw["sk"]["S"], now=now) for raw in found if not _sound(raw))
    at = walk.shard if after else (walk.shard + 1) % SHARDS
    commit(Put(Walk(pk=Walk.PK, sk=Walk.SK, shard=at, after=after)))
    return rearmed


def _sound(raw: Mapping[str, Any]) -> bool:
    goal = Goal.load(dict(raw))
    if None in {goal.due_shard, goal.due_at, goal.closes_at}:
        return False
    late = goal.due_at - goal.closes_at
    possible = timedelta(0) <= late <= timedelta(minutes=MAX_GRACE)
    return possible and bool(goal.due_shard == due_shard(DUE_KIND, goal.pk))


def _rearm(pk: str, sk: str, *, now: datetime) -> bool:
    """Give a goal the end of its open day for a deadline; tell whether it needed one."""
    goal = reads.get(Goal, pk, sk)
    if goal is None or goal.active_shard is None or goal.closes_at is None or _sound(goal.dump()):
        return False
    watch(goal, goal.closes_at + timedelta(minutes=profiles.member_of(goal.user_id).grace))
    with suppress(VersionConflict):
        commit(goal_write(goal))
        logger().error("goal_rearmed", goal_id=goal.goal_id, late_seconds=int((now - goal.closes_at).total_seconds()))
    return True
