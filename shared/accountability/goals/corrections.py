"""Corrections: a log added to or edited on a day, a miss excused; everything after it is counted anew (X-A-22).

What days add up to is a fold over them, so a correction refolds the days from the corrected one on. It can turn another
missed day of the same period into one that was not asked for, never the other way round.
"""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, cast

from shared import messaging
from shared.accountability import trail
from shared.accountability.events import Outcome
from shared.accountability.goals import days, rules
from shared.accountability.goals.errors import NewerWords
from shared.accountability.goals.frequency import Frequency, falls_short, period
from shared.accountability.goals.items import Day, Goal, LogRevision, day_sk
from shared.accountability.goals.repository import changed, goal_changed_event, progressed, run_withdrawn, withdraw_run
from shared.accountability.goals.rules import Tally
from shared.accountability.items import day_topic, goal_pk
from shared.kernel.errors import NotFound
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Write

Reason = Literal["DISPUTED", "CORRECTED"]

REACH = 60
"""Days that are read for a correction: the corrected ones, and the periods that they lie in."""

RECORDED = ("completed", "notes", "photo", "video", "voice", "request_id", "outcome")


def recent(goal: Goal) -> dict[str, Day]:
    """Return a goal's newest days by date, in their order. One query."""
    key = (Day.pk == goal_pk(goal.goal_id)) & Day.sk.startswith(day_sk(""))
    found = reads.query(Day, key, limit=REACH, descending=True).load(Day)
    return {row.date: row for row in reversed(found)}


def correct(
    goal: Goal, rows: dict[str, Day], day: Day, change: Callable[[Day], None], *, by: str, now: datetime
) -> list[Write]:
    """Change a day and refold; the goal and its other days change in place.

    Returns:
        The writes of the days and of the revision that keeps what was there before.
    """
    day.revision = (day.revision or 0) + 1
    revision = LogRevision(
        pk=day.pk,
        sk=f"REVISION#{day.date}#{day.revision:04d}",
        goal_id=goal.goal_id,
        date=day.date,
        revision=day.revision,
        before=json.dumps({name: getattr(day, name) for name in RECORDED}, ensure_ascii=False),
        changed_at=now,
        changed_by=by,
    )
    change(day)
    moved = _refold(goal, rows, day.date)
    return [
        trail.kept(revision),
        *(row.write() for row in ({day.date: day} | moved).values()),
    ]


def _refold(goal: Goal, rows: dict[str, Day], since: str) -> dict[str, Day]:
    """Count the days from one on anew and return those that came out differently, and today where it is logged."""
    over = {date: row for date, row in rows.items() if row.outcome}
    earlier = [row for date, row in over.items() if date < since]
    tally, moved = earlier[-1].tally if earlier else Tally(), {}
    for row in list(over.values())[len(earlier) :]:
        was = row.tally, row.outcome
        row.outcome = _outcome(goal, over, row)
        tally = _count(goal, row, tally)
        if (row.tally, row.outcome) != was:
            moved[row.date] = row
    today = rows.get(goal.open_day)
    if today and today.log_id and not today.outcome:
        tally = _count(goal, today, tally)
        moved[today.date] = today
    goal.put_tally(rules.without_run(tally) if _is_withdrawn(goal, tally) else tally)
    return moved


def _is_withdrawn(goal: Goal, tally: Tally) -> bool:
    """Tell whether a run began before runs were last withdrawn: it does not come back."""
    return bool(tally.missed_since and goal.run_from and tally.missed_since < goal.run_from)


def _count(goal: Goal, row: Day, tally: Tally) -> Tally:
    outcome = cast("Outcome", row.outcome or "LOGGED")
    after = rules.counted(tally, row.date, outcome, completed=bool(row.completed), run_from=goal.run_from)
    row.put_tally(after)
    return after


def _outcome(goal: Goal, over: dict[str, Day], row: Day) -> str:
    """Return what a day comes to, now that others of its period may have changed."""
    frequency = Frequency.model_validate_json(row.frequency)
    first, _ = period(frequency, row.date)
    past = {date: days.past_of(was) for date, was in over.items() if first <= date < row.date}
    missed = row.outcome == "MISSED"
    if missed and not falls_short(frequency, row.date, past, lambda day: days.is_off(goal, day)):
        return "REST"
    return str(row.outcome)


def excuse_day(
    user_id: str,
    goal_id: str,
    date: str,
    *,
    by: str,
    now: datetime,
    reason: Reason = "DISPUTED",
    also: Sequence[Write] = (),
) -> bool:
    """Excuse a missed day, by default after a dispute (X-A-39): the streak is as if it had not asked for a log.

    ``also`` is written in the same transaction, where there is nothing to excuse, too.

    Returns:
        Whether it was a missed day until now.

    Raises:
        NotFound: there is no such goal of the user's, or no such day of the last 60.
    """
    excused = False

    def change(goal: Goal) -> list[Write]:
        nonlocal excused
        rows = recent(goal)
        day = rows.get(date)
        if day is None:
            raise NotFound
        excused = day.outcome == "MISSED"
        if not excused:
            return list(also)
        run = goal.missed_since
        writes = correct(goal, rows, day, _excuse, by=by, now=now)
        writes.append(messaging.close_topic(day_topic(goal_id, date), reason, now=now))
        if run and goal.missed_since != run:
            writes += run_withdrawn(goal, run, reason, now=now)
        return [*writes, progressed(goal, date, now=now), *also]

    changed(user_id, goal_id, change)
    return excused


def _excuse(day: Day) -> None:
    day.outcome = "EXCUSED"


def release(user_id: str, goal_id: str, *, heard: datetime, now: datetime, also: Sequence[Write] = ()) -> None:
    """Let automatic texts about a goal go out again; days missed while it was held are no run (X-A-32).

    ``also`` is written in the same transaction, for a goal that is not held, too.

    Args:
        user_id: whose goal.
        goal_id: the goal.
        heard: when the latest words were said that this decision is about.
        now: when.
        also: what to write beside it.

    Raises:
        NotFound: there is no such goal of the user's.
        NewerWords: words of danger were said after those.
    """

    def change(goal: Goal) -> Sequence[Write]:
        if goal.held_at is None:
            return also
        if goal.held_at > heard:
            raise NewerWords
        goal.held_at = None
        return [*withdraw_run(goal, "CRISIS", now=now), goal_changed_event(goal, now=now), *also]

    changed(user_id, goal_id, change, deleted=True)
