"""A goal's rests and ends: pause, resume, complete, delete, restore (X-A-17, S-A-10).

Nothing takes a day back that has begun: a pause begins tomorrow, though what was not sent by then of the latest misses
is not sent any more; and a goal that is restored later finds the day that
was open when it was deleted settled as if it had been there.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from shared import messaging
from shared.accountability.goals import days, profiles, rules
from shared.accountability.goals.calendar import opening, shifted
from shared.accountability.goals.errors import AlreadyPaused, GoalOver, TooSoon
from shared.accountability.goals.items import Day, Goal, day_sk
from shared.accountability.goals.manage import check_ahead, next_day, view
from shared.accountability.goals.repository import changed, decided, settings_of, unwatch, watch, withdraw_run
from shared.accountability.goals.schemas import GoalView, PauseRequest
from shared.accountability.items import day_topic, goal_pk
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Write


def pause(user_id: str, goal_id: str, wanted: PauseRequest, *, now: datetime) -> GoalView:
    """Plan a pause. Until it begins nothing changes: a miss is not paused away (X-A-17); a log ends a run at once.

    A goal has one pause: while it goes on, another can only prolong it.

    Raises:
        NotFound: there is no such goal of the user's.
        GoalOver: it is completed.
        TooSoon: the first day has begun.
        AlreadyPaused: a pause goes on, and this one does not follow it directly.
        Unavailable: others changed it all the time.
    """

    def apply(goal: Goal) -> Sequence[Write]:
        was = _go_on(goal, now=now)
        tomorrow = next_day(goal, now=now)
        if wanted.first < tomorrow:
            raise TooSoon(details=[("from", f"{tomorrow} at the earliest")])
        check_ahead(wanted.first, tomorrow, "from")
        check_ahead(wanted.until or tomorrow, tomorrow, "until")
        goes_on = rules.is_paused(shifted(tomorrow, -1), goal.pause_from, goal.pause_until)
        if goes_on and (goal.pause_until is None or wanted.first > shifted(goal.pause_until, 1)):
            raise AlreadyPaused
        goal.pause_from, goal.pause_until = goal.pause_from if goes_on else wanted.first, wanted.until
        return [*_nobody_asked(goal, now=now), *decided(goal, was, now=now)]

    return view(changed(user_id, goal_id, apply))


def _nobody_asked(goal: Goal, *, now: datetime) -> list[Write]:
    """Stop what was not sent yet of the latest missed days: whoever plans a rest is not asked after that morning.

    Once in a run: who dropped a pause before it began is asked after, or nobody ever would be (decision 26).
    """
    if goal.missed_since is None or goal.dropped_pause == goal.missed_since:
        return []
    latest = [shifted(goal.open_day, -back) for back in (1, 2)]
    return [messaging.close_topic(day_topic(goal.goal_id, day), "PAUSED", now=now) for day in latest]


def resume(user_id: str, goal_id: str, *, now: datetime) -> GoalView:
    """End a pause with today, or drop one that has not begun; without a pause nothing changes.

    Raises:
        NotFound: there is no such goal of the user's.
        GoalOver: it is completed.
        Unavailable: others changed it all the time.
    """

    def apply(goal: Goal) -> Sequence[Write]:
        was = _go_on(goal, now=now)
        today = shifted(next_day(goal, now=now), -1)
        if goal.pause_from is None or (goal.pause_until is not None and goal.pause_until <= today):
            return []
        if goal.pause_from > today:
            goal.pause_from = goal.pause_until = None
            goal.dropped_pause = goal.missed_since
        else:
            goal.pause_until = today
        return decided(goal, was, now=now)

    return view(changed(user_id, goal_id, apply))


def _go_on(goal: Goal, *, now: datetime) -> dict[str, Any]:
    """Catch up with a goal that goes on, and return how it stands."""
    if goal.status == "COMPLETED":
        raise GoalOver
    days.catch_up(goal, now=now)
    return settings_of(goal)


def complete(user_id: str, goal_id: str, *, now: datetime) -> GoalView:
    """Complete a goal: its days end here, and nobody is contacted about it any more. Once completed it stays so.

    Raises:
        NotFound: there is no such goal of the user's.
        Unavailable: others changed it all the time.
    """

    def apply(goal: Goal) -> Sequence[Write]:
        if goal.status == "COMPLETED":
            return []
        days.catch_up(goal, now=now)
        was = settings_of(goal)
        stopped = withdraw_run(goal, "COMPLETED", now=now)
        goal.status, goal.completed_at = "COMPLETED", now
        unwatch(goal)
        return [*stopped, *decided(goal, was, now=now)]

    return view(changed(user_id, goal_id, apply))


def delete(user_id: str, goal_id: str, *, now: datetime) -> GoalView:
    """Delete a goal; it can be restored (S-A-10). A deleted goal stays as it is.

    Raises:
        NotFound: there is no such goal of the user's.
        Unavailable: others changed it all the time.
    """

    def apply(goal: Goal) -> Sequence[Write]:
        if goal.status == "DELETED":
            return []
        days.catch_up(goal, now=now)
        was = settings_of(goal)
        stopped = withdraw_run(goal, "DELETED", now=now)
        goal.status, goal.deleted_at = "DELETED", now
        unwatch(goal)
        return [*stopped, profiles.one_goal_less(user_id), *decided(goal, was, now=now)]

    return view(changed(user_id, goal_id, apply, deleted=True))


def restore(user_id: str, goal_id: str, *, now: datetime) -> GoalView:
    """Restore a deleted goal; the days between were none of its own. One that is not deleted stays as it is.

    Raises:
        NotFound: there is no such goal of the user's.
        TooManyGoals: the user has 50 goals.
        Unavailable: others changed it all the time.
    """

    def apply(goal: Goal) -> Sequence[Write]:
        if goal.status != "DELETED":
            return []
        was = settings_of(goal)
        goal.status, goal.deleted_at = "COMPLETED" if goal.completed_at else "ACTIVE", None
        writes: list[Write] = [profiles.one_more_goal(user_id)]
        if not goal.completed_at:
            writes += _reopen(goal, now=now)
        return [*writes, *decided(goal, was, now=now)]

    return view(changed(user_id, goal_id, apply, deleted=True))


def _reopen(goal: Goal, *, now: datetime) -> list[Write]:
    """Open today. Where another day was open at the deletion and is over, settle it quietly: nobody hears of a miss."""
    habits = profiles.habits(profiles.member_of(goal.user_id))
    today, left_until = opening(now, habits), goal.closes_at + timedelta(minutes=habits.grace)
    if now < left_until or today.day <= goal.open_day:
        goal.status = days.status_on(goal, goal.open_day)
        watch(goal, left_until)
        return []
    goal.due_at = left_until
    left: Day = reads.get(Day, goal_pk(goal.goal_id), day_sk(goal.open_day)) or Day.of(goal, goal.window)
    left.outcome, left.closed_at = "LOGGED" if left.log_id else days.without_log(goal, goal.window), now
    if not left.log_id:
        goal.put_tally(rules.without_run(rules.counted(goal.tally, goal.open_day, left.outcome)))
    left.put_tally(goal.tally)
    days.open_next(goal, today)
    goal.run_from = today.day
    return [left.write()]
