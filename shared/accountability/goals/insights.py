"""How it goes: the specification's three numbers, and what they stand on (S-A-13, S-A-17)."""

from collections.abc import Sequence
from typing import Any

from shared.accountability.goals import manage, profiles, rules
from shared.accountability.goals.calendar import shifted
from shared.accountability.goals.items import Day, Goal, day_sk
from shared.accountability.goals.repository import find
from shared.accountability.goals.schemas import InsightsView
from shared.accountability.items import goal_pk
from shared.kernel.storage import reads
from shared.kernel.wire import Reply

SPANS = (7, 30, 90)
"""Days that rates are also given for."""

_NO_DAY = "2000-01-01"
"""Stands for today where there are no goals."""


def insights(user_id: str, goal_id: str | None) -> Reply[InsightsView]:
    """Return a goal's numbers, or all goals': the best streak, and the rate over all of them.

    ``meta`` tells the longest streak, the best from before (S-A-17) and whether it is beaten, and the rates of the last
    7, 30 and 90 days that are over (with today, once it is logged).

    Raises:
        NotFound: there is no such goal of the user's.
    """
    goals = [find(user_id, goal_id)] if goal_id else manage.every(user_id)
    streak = max((goal.streak for goal in goals), default=0)
    longest = max((goal.longest_streak for goal in goals), default=0)
    upcoming = rules.next_milestone(streak)
    best_before = profiles.member_of(user_id).personal_best_before
    return Reply(
        InsightsView(
            achievement_rate=rules.share(sum(goal.days_done for goal in goals), sum(goal.days_asked for goal in goals)),
            streak=streak,
            next_milestone=f"{upcoming} days" if upcoming else None,
        ),
        meta={
            "longestStreak": longest,
            "personalBestBefore": best_before,
            "personalBestBeaten": longest > best_before,
            "bySpan": {str(span): rate for span, rate in zip(SPANS, _rates(goals), strict=True)},
        },
    )


def _rates(goals: Sequence[Goal]) -> list[float]:
    """Return the rates of the last days; a goal counts with what of its life lies in them."""
    today = max((goal.open_day for goal in goals), default=_NO_DAY)
    rates = []
    for span in SPANS:
        before = shifted(today, -span - 1)
        lived = [goal for goal in goals if goal.open_day > before]
        keys: list[Any] = [(Day, goal_pk(goal.goal_id), day_sk(before)) for goal in lived]
        earlier = [row for row in (reads.get_many(keys, consistent=False) if keys else []) if row]
        done = sum(goal.days_done for goal in lived) - sum(row.days_done for row in earlier)
        asked = sum(goal.days_asked for goal in lived) - sum(row.days_asked for row in earlier)
        rates.append(rules.share(done, asked))
    return rates
