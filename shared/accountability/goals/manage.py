"""Goals as their owner keeps them: set, read, changed (S-A-04, S-A-11, S-A-51)."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from shared.accountability.events import GoalCreated
from shared.accountability.goals import days, profiles
from shared.accountability.goals.calendar import opening, shifted
from shared.accountability.goals.errors import GoalOver, TooSoon
from shared.accountability.goals.frequency import Frequency
from shared.accountability.goals.items import Goal, goal_sk
from shared.accountability.goals.repository import changed, decided, find, open_on, settings_of, withdraw_run
from shared.accountability.goals.rules import Tally
from shared.accountability.goals.schemas import (
    FrequencyInput,
    FrequencyView,
    GoalChange,
    GoalView,
    NewGoal,
    OpenDay,
    Status,
)
from shared.accountability.items import user_pk
from shared.accountability.policies import catalogue
from shared.accountability.policies.errors import PolicyNotFound
from shared.kernel import cursors
from shared.kernel.errors import ValidationFailed
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import AlreadyExists
from shared.kernel.storage.writes import Put, Write, transact
from shared.kernel.versions import Seen
from shared.kernel.wire import Page

AHEAD_DAYS = 366
"""How far ahead rest days and pauses may be planned."""


def create(user_id: str, wanted: NewGoal, *, operation: str, now: datetime) -> GoalView:
    """Set a goal; its first day is what is left of today. Every try of one request finds the same goal.

    Raises:
        ValidationFailed: there is no such escalation policy.
        TooManyGoals: the user has 50 goals.
    """
    _require_policy(wanted.policy)
    member = profiles.member_of(user_id)
    goal_id, window = derived_id("gol", user_id, operation), opening(now, profiles.habits(member))
    goal = Goal(
        pk=user_pk(user_id),
        sk=goal_sk(goal_id),
        goal_id=goal_id,
        user_id=user_id,
        title=wanted.title,
        description=wanted.description or None,
        frequency=_frequency(wanted.frequency, since=window.day).model_dump_json(),
        status="ACTIVE",
        escalation_enabled=wanted.escalation_enabled,
        policy=wanted.policy,
        first_day=window.day,
        created_at=now,
        version=1,
    )
    goal.put_tally(Tally())
    open_on(goal, window)
    try:
        transact(
            [
                Put(goal, condition=Goal.pk.does_not_exist(), error=AlreadyExists),
                profiles.one_more_goal(user_id),
                outbox(GoalCreated(user_id=user_id, goal_id=goal_id), at=now),
            ]
        )
    except AlreadyExists:
        goal = find(user_id, goal_id, deleted=True)
    return view(goal)


def one(user_id: str, goal_id: str) -> GoalView:
    """Return a goal.

    Raises:
        NotFound: there is no such goal of the user's, or it is deleted.
    """
    return view(find(user_id, goal_id))


def page(user_id: str, status: Status | None, *, limit: int, cursor: str | None) -> Page[GoalView]:
    """Return a page of a user's goals, oldest ids first; deleted ones only when asked for. One query.

    Raises:
        BadCursor: the cursor is of another list.
    """
    scope = f"goals#{user_id}#{status}"
    key = (Goal.pk == user_pk(user_id)) & Goal.sk.startswith(goal_sk(""))
    shown = Goal.status == status if status else Goal.status != "DELETED"
    start = cursors.decode(scope, cursor)
    found = reads.query(Goal, key, limit=limit, start=start, filter_by=shown)
    goals = [view(goal) for goal in found.load(Goal)]
    return Page(goals, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def every(user_id: str) -> list[Goal]:
    """Return every goal of a user that is not deleted."""
    key = (Goal.pk == user_pk(user_id)) & Goal.sk.startswith(goal_sk(""))
    found = reads.query_all(Goal, key, filter_by=Goal.status != "DELETED")
    return [Goal.load(dict(raw)) for raw in found]


def change(user_id: str, goal_id: str, wanted: GoalChange, seen: Seen, *, now: datetime) -> GoalView:
    """Change a goal. A frequency and rest days hold from the next day that has not begun (X-A-17).

    Raises:
        NotFound: there is no such goal of the user's.
        GoalOver: it is completed.
        TooSoon: a rest day that has begun or is over.
        ValidationFailed: there is no such escalation policy.
        OtherVersion: it is in another version than was seen.
        Unavailable: others changed it all the time.
    """
    if wanted.policy:
        _require_policy(wanted.policy)

    def apply(goal: Goal) -> Sequence[Write]:
        seen.require(goal.version)
        if goal.status == "COMPLETED":
            raise GoalOver
        days.catch_up(goal, now=now)
        was = settings_of(goal)
        _describe(goal, wanted)
        tomorrow = next_day(goal, now=now)
        if wanted.frequency:
            _change_frequency(goal, _frequency(wanted.frequency, since=tomorrow))
        if wanted.rest_days is not None:
            goal.rest_days = _rest_days(goal.rest_days or [], wanted.rest_days, tomorrow) or None
        stopped = withdraw_run(goal, "DISABLED", now=now) if wanted.escalation_enabled is False else []
        return [*stopped, *decided(goal, was, now=now)]

    return view(changed(user_id, goal_id, apply))


def _require_policy(name: str) -> None:
    try:
        catalogue.newest(name)
    except PolicyNotFound as unknown:
        raise ValidationFailed(details=[("policy", unknown.message)]) from None


def next_day(goal: Goal, *, now: datetime) -> str:
    """Return the first day of a goal that has not begun."""
    return shifted(goal.open_day, 2 if now >= goal.closes_at else 1)


def check_ahead(day: str, tomorrow: str, field: str) -> None:
    """Hold a planned day to the next twelve months.

    Raises:
        ValidationFailed: it is later.
    """
    if day > shifted(tomorrow, AHEAD_DAYS):
        raise ValidationFailed(details=[(field, f"At most {AHEAD_DAYS} days ahead")])


def _describe(goal: Goal, wanted: GoalChange) -> None:
    goal.title = wanted.title or goal.title
    goal.policy = wanted.policy or goal.policy
    if "description" in wanted.model_fields_set:
        goal.description = wanted.description or None
    if wanted.escalation_enabled is not None:
        goal.escalation_enabled = wanted.escalation_enabled


def _change_frequency(goal: Goal, wanted: Frequency) -> None:
    same = Frequency.model_validate_json(goal.frequency).model_copy(update={"since": wanted.since}) == wanted
    goal.next_frequency = None if same else wanted.model_dump_json()


def _rest_days(planned: Sequence[str], wanted: Sequence[str], tomorrow: str) -> list[str]:
    begun = {day for day in planned if day < tomorrow}
    late = [day for day in wanted if day < tomorrow and day not in begun]
    if late:
        raise TooSoon(details=[("restDays", f"{day} has begun") for day in late])
    ahead = {day for day in wanted if day >= tomorrow}
    for day in ahead:
        check_ahead(day, tomorrow, "restDays")
    return sorted(begun | ahead)


def _frequency(given: FrequencyInput, *, since: str) -> Frequency:
    if isinstance(given, str):
        return Frequency(since=since)
    weekdays = tuple(sorted(set(given.weekdays or ())))
    return Frequency(kind=given.kind, n=given.n or 1, weekdays=weekdays, since=since)


def _frequency_view(stored: str) -> FrequencyView:
    frequency = Frequency.model_validate_json(stored)
    counted = frequency.kind in {"PER_WEEK", "EVERY_N_DAYS"}
    return FrequencyView(
        kind=frequency.kind,
        n=frequency.n if counted else None,
        weekdays=list(frequency.weekdays) or None,
    )


def view(goal: Goal) -> GoalView:
    """Return a goal as its owner sees it."""
    is_open = goal.due_at is not None
    return GoalView(
        id=goal.goal_id,
        title=goal.title,
        description=goal.description,
        frequency=_frequency_view(goal.frequency),
        next_frequency=_frequency_view(goal.next_frequency) if goal.next_frequency else None,
        status=cast("Status", goal.status),
        escalation_enabled=goal.escalation_enabled,
        policy=goal.policy,
        held=goal.held_at is not None,
        open_day=OpenDay(date=goal.open_day, zone=goal.open_zone, closes_at=goal.closes_at, log_until=goal.due_at)
        if is_open
        else None,
        rest_days=list(goal.rest_days or ()),
        pause_from=goal.pause_from,
        pause_until=goal.pause_until,
        streak=goal.streak,
        longest_streak=goal.longest_streak,
        missed_run=goal.missed_run,
        missed_since=goal.missed_since,
        created_at=goal.created_at,
        completed_at=goal.completed_at,
        deleted_at=goal.deleted_at,
        version=goal.version,
    )
