"""The end of days: each is settled once, in one transaction with the opening of the next (S-A-65, X-A-19).

A worker settles what has come due; whoever logs settles what is overdue first. Both claim by the goal's version. After
an outage the days follow one by one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from shared.accountability.events import DayMissed, Outcome
from shared.accountability.goals import outages, profiles, rules
from shared.accountability.goals.calendar import Window, following, shifted
from shared.accountability.goals.frequency import Frequency, Past, asks_on, falls_short, period
from shared.accountability.goals.items import DUE_KIND, OUTAGE_KIND, Day, Goal, Member, Outage, day_sk
from shared.accountability.goals.repository import celebrate, goal_write, open_on, progressed, withdraw_run
from shared.accountability.items import goal_pk
from shared.kernel import due
from shared.kernel.errors import Unavailable
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import retry_on_conflict
from shared.kernel.storage.writes import Write, transact

CATCH_UP = 40
"""Days that one call settles at most; the next sweep goes on."""

REST_KEPT = 62
"""Days that a rest day is remembered: longer than any period and correction."""


def sweep(*, now: datetime) -> int:
    """Hand over every goal whose day ends within the look-ahead; before that, notice an outage of our own."""
    outages.beat(now=now)
    due.sweep(Outage, OUTAGE_KIND, now=now)
    return hand_over(now=now)


def hand_over(*, now: datetime) -> int:
    """Put what is due within the look-ahead onto its queue and return how much it was."""
    return due.sweep(Goal, DUE_KIND, now=now)


def close_due(pk: str, sk: str, *, now: datetime) -> int:
    """Settle the days of a goal that are over, and return how many; called twice, late or early it settles the same.

    Raises:
        Unavailable: others changed the goal all the time; the message comes again.
    """

    def once() -> int:
        goal, closed = reads.get(Goal, pk, sk), 0
        while goal is not None and is_overdue(goal, now=now) and closed < CATCH_UP:
            settle(goal, now=now)
            closed += 1
        return closed

    return retry_on_conflict(once)


def is_overdue(goal: Goal, *, now: datetime) -> bool:
    """Tell whether a goal's open day is over, with its grace."""
    return goal.due_at is not None and goal.due_at <= now


def catch_up(goal: Goal, *, now: datetime) -> None:
    """Settle what is overdue of a goal, for somebody who wants to change it.

    Raises:
        VersionConflict: it changed meanwhile.
        Unavailable: there was too much to settle.
    """
    for _ in range(CATCH_UP):
        if not is_overdue(goal, now=now):
            return
        settle(goal, now=now)
    if is_overdue(goal, now=now):
        raise Unavailable


def settle(goal: Goal, *, now: datetime) -> None:
    """Settle a goal's open day and open the next: one batch of reads, one transaction (besides what a miss needs).

    Raises:
        VersionConflict: it changed meanwhile; nothing was written.
    """
    window, pk = goal.window, goal_pk(goal.goal_id)
    member, day, ahead = reads.get_many(
        [
            (Member, goal.pk, Member.SK),
            (Day, pk, day_sk(window.day)),
            (Day, pk, day_sk(shifted(window.day, 1))),
        ]
    )
    before, day = goal.tally, day or Day.of(goal, window)
    day.outcome = "LOGGED" if day.log_id else without_log(goal, window)
    day.opened_at, day.closes_at, day.zone, day.frequency = (
        window.opened_at,
        window.closes_at,
        window.zone,
        goal.frequency,
    )
    if day.outcome != "LOGGED":
        goal.put_tally(rules.counted(before, window.day, day.outcome, run_from=goal.run_from))
    day.closed_at = now
    day.put_tally(goal.tally)
    happened: list[Write] = []
    open_next(goal, following(window, profiles.habits(member)))
    if goal.status == "PAUSED":
        happened += withdraw_run(goal, "PAUSED", now=now)
    elif day.outcome == "MISSED" and not (ahead and ahead.log_id):
        happened += _missed(goal, window.day, now=now)
    if ahead and ahead.log_id:
        goal.put_tally(rules.counted(goal.tally, ahead.date, "LOGGED", completed=bool(ahead.completed)))
        happened += celebrate(goal, before, ahead.date, now=now)
    transact([goal_write(goal), day.write(), *happened, progressed(goal, window.day, now=now)])


def without_log(goal: Goal, window: Window) -> Outcome:
    """Return what a day that has no log comes to. Up to two queries."""
    frequency = Frequency.model_validate_json(goal.frequency)
    outcome = asked_of(goal, frequency, window, past(goal, frequency, window.day))
    lost = outcome == "MISSED" and rules.lost(window, outages.touching(window))
    return "EXCUSED" if lost else outcome


def asked_of(goal: Goal, frequency: Frequency, window: Window, earlier: Mapping[str, Past]) -> Outcome:
    """Return what a day without a log comes to where we were there all the time, after earlier days of its period."""
    if rules.is_paused(window.day, goal.pause_from, goal.pause_until):
        return "PAUSED"
    if window.day in (goal.rest_days or ()) or not asks_on(frequency, window.day):
        return "REST"
    if rules.is_short(window):
        return "EXCUSED"
    return "MISSED" if falls_short(frequency, window.day, earlier, lambda day: is_off(goal, day)) else "REST"


def is_off(goal: Goal, day: str) -> bool:
    """Tell whether the user planned to rest or pause on a day."""
    return day in (goal.rest_days or ()) or rules.is_paused(day, goal.pause_from, goal.pause_until)


def past_of(day: Day) -> Past:
    """Return what became of a day as the rules of frequencies see it."""
    return Past(cast("Outcome", day.outcome), done=bool(day.completed))


def past(goal: Goal, frequency: Frequency, day: str) -> Mapping[str, Past]:
    """Return what became of the days before one in its period, those that are over. At most one query."""
    first, _ = period(frequency, day)
    if first == day:
        return {}
    key = (Day.pk == goal_pk(goal.goal_id)) & Day.sk.between(day_sk(first), day_sk(shifted(day, -1)))
    found = [Day.load(dict(raw)) for raw in reads.query_all(Day, key)]
    return {row.date: past_of(row) for row in found if row.outcome}


def _missed(goal: Goal, day: str, *, now: datetime) -> list[Write]:
    """Return the event that a day was missed; about a held goal nobody is told (X-A-32)."""
    if goal.held_at:
        return []
    event = DayMissed(
        user_id=goal.user_id,
        goal_id=goal.goal_id,
        date=day,
        days_missed=goal.missed_run,
        missed_since=goal.missed_since,
    )
    return [outbox(event, at=now, event_id=derived_id("evt", "missed", goal.goal_id, day))]


def open_next(goal: Goal, window: Window) -> None:
    """Make a later day the open one, with all that was planned for it."""
    open_on(goal, window)
    begin_frequency(goal, window.day)
    if goal.pause_until and goal.pause_until < shifted(window.day, -REST_KEPT):
        goal.pause_from = goal.pause_until = None
    goal.status = status_on(goal, window.day)
    kept = [day for day in goal.rest_days or () if day >= shifted(window.day, -REST_KEPT)]
    goal.rest_days = kept or None


def status_on(goal: Goal, day: str) -> str:
    """Return the status of a goal that goes on, by its pause."""
    return "PAUSED" if rules.is_paused(day, goal.pause_from, goal.pause_until) else "ACTIVE"


def begin_frequency(goal: Goal, day: str) -> None:
    """Let a planned frequency be in force, from its first day on."""
    planned = Frequency.model_validate_json(goal.next_frequency) if goal.next_frequency else None
    if planned and planned.since <= day:
        goal.frequency, goal.next_frequency = goal.next_frequency, None
