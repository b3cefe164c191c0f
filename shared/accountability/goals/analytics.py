"""How every goal stands this moment, for a screen that ``goal.progress`` keeps fresh (S-A-15)."""

from shared.accountability.goals import manage, rules
from shared.accountability.goals.items import Day, Goal, day_sk
from shared.accountability.goals.schemas import AnalyticsView, GoalNumbers
from shared.accountability.items import goal_pk
from shared.kernel.storage import reads


def analytics(user_id: str) -> AnalyticsView:
    """Return the numbers of every goal of a user that goes on: one query, and one batch for the open days."""
    goals = [goal for goal in manage.every(user_id) if goal.status == "ACTIVE"]
    wanted = [(Day, goal_pk(goal.goal_id), day_sk(goal.open_day)) for goal in goals]
    days: list[Day | None] = reads.get_many(wanted) if wanted else []
    numbers = [_numbers(goal, day) for goal, day in zip(goals, days, strict=True)]
    return AnalyticsView(
        goals=numbers,
        open_days=len(numbers),
        logged=sum(one.logged for one in numbers),
        missed=sum(one.missed_run > 0 for one in numbers),
    )


def _numbers(goal: Goal, day: Day | None) -> GoalNumbers:
    return GoalNumbers(
        goal_id=goal.goal_id,
        title=goal.title,
        date=goal.open_day,
        logged=day is not None and day.logged_at is not None,
        completed=day.completed if day else None,
        streak=goal.streak,
        longest_streak=goal.longest_streak,
        missed_run=goal.missed_run,
        achievement_rate=rules.share(goal.days_done, goal.days_asked),
    )
