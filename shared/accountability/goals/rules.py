"""What a day comes to, and what days add up to. Pure: facts in, decision out.

A streak counts completed days; days that ask for nothing neither add to it nor break it. A run of missed days ends with
any log, completed or not (who logs is not missing), and with the first day of a pause.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.accountability.events import Outcome
from shared.accountability.goals.calendar import Window, shifted

MILESTONES = (7, 30, 60)
"""Days of a streak that partners hear of (S-A-30)."""

CORRECTION_DAYS = 7
"""How many days before the open one a log may be added or edited (X-A-22)."""

SHORT = timedelta(hours=12)
"""A day shorter than this (a journey, the day a goal begins) is never missed."""

OUTAGE = timedelta(minutes=30)
"""So much of a day lost by our fault excuses it (X-A-23)."""

MAX_GOALS = 50


@dataclass(frozen=True, slots=True)
class Tally:
    """What days add up to.

    Attributes:
        streak: completed days in a row.
        streak_since: the first of them.
        longest: longest streak ever.
        missed_run: missed days in a row.
        missed_since: the first of them.
        done: completed days.
        asked: logged and missed days.
    """

    streak: int = 0
    streak_since: str | None = None
    longest: int = 0
    missed_run: int = 0
    missed_since: str | None = None
    done: int = 0
    asked: int = 0


def counted(tally: Tally, day: str, outcome: Outcome, *, completed: bool = False, run_from: str | None = None) -> Tally:
    """Return the tally with one more day.

    Args:
        tally: of the days before.
        day: the next one.
        outcome: what became of it.
        completed: its log says that the goal was met.
        run_from: no missed day before this one counts for a run any more.
    """
    if tally.missed_since and run_from and tally.missed_since < run_from <= day:
        tally = without_run(tally)
    if outcome == "LOGGED":
        tally = replace(without_run(tally), asked=tally.asked + 1, done=tally.done + completed)
        streak = tally.streak + 1 if completed else 0
        since = tally.streak_since or day if completed else None
        return replace(tally, streak=streak, streak_since=since, longest=max(tally.longest, streak))
    if outcome == "MISSED":
        return replace(
            tally,
            streak=0,
            streak_since=None,
            missed_run=tally.missed_run + 1,
            missed_since=tally.missed_since or day,
            asked=tally.asked + 1,
        )
    return without_run(tally) if outcome == "PAUSED" else tally


def without_run(tally: Tally) -> Tally:
    """Return a tally whose run of missed days is over."""
    return replace(tally, missed_run=0, missed_since=None)


def milestone(before: Tally, after: Tally, celebrated: str | None) -> int | None:
    """Return the milestone that a streak has just reached, once per streak; the highest where it jumped."""
    since, _, told = (celebrated or "").partition("#")
    told_days = int(told) if since == after.streak_since else 0
    reached = [days for days in MILESTONES if before.streak < days <= after.streak and days > told_days]
    return reached[-1] if reached else None


def next_milestone(streak: int) -> int | None:
    """Return the milestone ahead of a streak, ``None`` beyond the last."""
    return next((days for days in MILESTONES if days > streak), None)


def is_short(window: Window) -> bool:
    """Tell whether too little of a day was there to miss it."""
    return window.closes_at - window.opened_at < SHORT


def is_paused(day: str, pause_from: str | None, pause_until: str | None) -> bool:
    """Tell whether a day lies in a pause; its last day belongs to it."""
    return pause_from is not None and pause_from <= day and (pause_until is None or day <= pause_until)


def in_time(day: str, open_day: str, first_day: str) -> bool:
    """Tell whether the log of a day that is over may still be added or edited (X-A-22)."""
    return max(first_day, shifted(open_day, -CORRECTION_DAYS)) <= day < open_day


def lost(window: Window, outages: Iterable[tuple[datetime, datetime]]) -> bool:
    """Tell whether outages took so much of a day and its grace that it is excused; overlapping ones count once."""
    total, reached = timedelta(0), window.opened_at
    for began, ended in sorted(outages):
        first, last = max(began, reached), min(ended, window.due_at)
        if last > first:
            total, reached = total + (last - first), last
    return total >= OUTAGE


def share(done: int, asked: int) -> float:
    """Return the achievement rate, 0 where nothing was asked yet (S-A-13)."""
    return round(done / asked, 4) if asked else 0.0
