"""Goals as they are read, changed and saved: every change counts the version up, and conditions decide races."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from shared import messaging
from shared.accountability import trail
from shared.accountability.events import GoalChanged, GoalProgressed, MilestoneReached, RunWithdrawn
from shared.accountability.goals import rules
from shared.accountability.goals.calendar import Window
from shared.accountability.goals.frequency import Frequency
from shared.accountability.goals.items import DUE_KIND, Goal, goal_sk
from shared.accountability.goals.rules import Tally
from shared.accountability.items import ACTIVE, run_topic, user_pk
from shared.kernel.due import due_shard
from shared.kernel.errors import NotFound
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.writes import Put, Write, transact

T = TypeVar("T")


def find(user_id: str, goal_id: str, *, deleted: bool = False) -> Goal:
    """Return a user's goal. One read.

    Raises:
        NotFound: there is none, or it is someone else's, or it is deleted and that was not asked for.
    """
    goal = reads.get(Goal, user_pk(user_id), goal_sk(goal_id))
    if goal is None or (goal.status == "DELETED" and not deleted):
        raise NotFound
    return goal


def goal_write(goal: Goal) -> Put:
    """Return the write that stores a goal as it has become, unless it changed since it was read."""
    was = goal.version
    goal.version = was + 1
    return Put(goal, condition=Goal.version == was, error=VersionConflict)


def changed(user_id: str, goal_id: str, change: Callable[[Goal], Sequence[Write]], *, deleted: bool = False) -> Goal:
    """Change a goal and return it as it has become; ``change`` returns what to write beside it, nothing for no change.

    Raises:
        NotFound: there is no such goal of the user's.
        Unavailable: others were faster every time.
    """

    def once() -> Goal:
        goal = find(user_id, goal_id, deleted=deleted)
        writes = change(goal)
        if writes:
            transact([goal_write(goal), *writes])
        return goal

    return retry_on_conflict(once)


def open_on(goal: Goal, window: Window) -> None:
    """Make a day the open one, with its deadline."""
    goal.open_day, goal.open_zone = window.day, window.zone
    goal.opened_at, goal.closes_at = window.opened_at, window.closes_at
    watch(goal, window.due_at)


def watch(goal: Goal, due_at: datetime) -> None:
    """Put a goal into the indexes: its day is to be settled at an instant."""
    goal.due_shard, goal.due_at = due_shard(DUE_KIND, goal.pk), due_at
    goal.active_shard, goal.active_key = active_shard(goal), goal.goal_id


def unwatch(goal: Goal) -> None:
    """Take a goal out of the indexes: nothing is due on it any more."""
    goal.due_shard = goal.due_at = goal.active_shard = goal.active_key = None


def active_shard(goal: Goal) -> str:
    """Return the partition of the index of active goals that a goal is in."""
    return f"ACTIVE#{due_shard(DUE_KIND, goal.goal_id).partition('#')[2]}"


def active_goals(shard: int, after: str | None, *, limit: int) -> tuple[Sequence[Mapping[str, Any]], str | None]:
    """Return a page of the goals that must have a deadline, as the index keeps them, and where to go on. One query.

    Args:
        shard: of ``SHARDS``.
        after: where the last page of the shard ended.
        limit: goals on the page.
    """
    name, start = f"ACTIVE#{shard}", None
    if after:
        pk, _, sk = after.partition("|")
        start = Goal.key(pk, sk) | {"active_shard": {"S": name}, "active_key": {"S": sk.partition("#")[2]}}
    found = reads.query(Goal, Goal.active_shard == name, index=ACTIVE.name, limit=limit, start=start)
    last = found.next_key
    return found.items, f"{last['pk']['S']}|{last['sk']['S']}" if last else None


def goal_changed_event(goal: Goal, *, now: datetime) -> Put:
    """Return the event that a goal was changed."""
    return outbox(GoalChanged(user_id=goal.user_id, goal_id=goal.goal_id, status=goal.status), at=now)


def settings_of(goal: Goal) -> dict[str, Any]:
    """Return what people decide about a goal, as its trail keeps it."""
    kept = {name: getattr(goal, name) for name in _SETTINGS}
    return kept | {"frequency": _frequency(goal.frequency), "next_frequency": _frequency(goal.next_frequency)}


_SETTINGS = (
    "title",
    "description",
    "status",
    "escalation_enabled",
    "policy",
    "rest_days",
    "pause_from",
    "pause_until",
)


def _frequency(stored: str | None) -> dict[str, Any] | None:
    return Frequency.model_validate_json(stored).model_dump(mode="json", exclude={"since"}) if stored else None


def decided(goal: Goal, was: Mapping[str, Any], *, now: datetime) -> list[Write]:
    """Return what goes with a change that its owner decided: the event, and the trail from what it was."""
    after, version = settings_of(goal), goal.version + 1
    kept = trail.changed(goal.user_id, "GOAL", goal.goal_id, was, after, version=version, by=goal.user_id, now=now)
    return [goal_changed_event(goal, now=now), *kept]


def progressed(goal: Goal, day: str, *, now: datetime) -> Put:
    """Return the event that a goal's numbers moved."""
    event = GoalProgressed(
        user_id=goal.user_id,
        goal_id=goal.goal_id,
        date=day,
        streak=goal.streak,
        longest_streak=goal.longest_streak,
    )
    return outbox(event, at=now)


def run_closed(goal: Goal, missed_since: str, reason: str, *, now: datetime) -> Put:
    """Return the write that stops every message about a run of missed days."""
    return messaging.close_topic(run_topic(goal.goal_id, missed_since), reason, now=now)


def run_withdrawn(goal: Goal, missed_since: str, reason: str, *, now: datetime) -> list[Write]:
    """Return the writes that stop a run of missed days which ended without a log."""
    event = RunWithdrawn.model_validate(
        {"user_id": goal.user_id, "goal_id": goal.goal_id, "missed_since": missed_since, "reason": reason}
    )
    return [run_closed(goal, missed_since, reason, now=now), outbox(event, at=now)]


def withdraw_run(goal: Goal, reason: str, *, now: datetime) -> list[Write]:
    """End a goal's present run of missed days, if there is one: days before the open one do not count for a run."""
    since = goal.missed_since
    if since is None:
        return []
    goal.put_tally(rules.without_run(goal.tally))
    goal.run_from = goal.open_day
    return run_withdrawn(goal, since, reason, now=now)


def celebrate(goal: Goal, before: Tally, day: str, *, now: datetime) -> list[Write]:
    """Note and announce the milestone that a goal's streak has just reached, if it did; not while it is held."""
    days = rules.milestone(before, goal.tally, goal.celebrated)
    if days is None or goal.held_at:
        return []
    goal.celebrated = f"{goal.streak_since}#{days}"
    event = MilestoneReached(user_id=goal.user_id, goal_id=goal.goal_id, date=day, days=days)
    return [outbox(event, at=now, event_id=derived_id("evt", "milestone", goal.goal_id, goal.celebrated))]
