"""Logging days: the open one, one that is over; editing a log (S-A-12, X-A-21, X-A-22). One log per goal and date."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from shared.accountability.events import CrisisSuspected, GoalLogged, Outcome
from shared.accountability.goals import corrections, days, profiles, rules, uploads
from shared.accountability.goals.calendar import following, shifted
from shared.accountability.goals.errors import AlreadyLogged, DayNotOpen, GoalOver
from shared.accountability.goals.items import Day, Goal, day_sk
from shared.accountability.goals.repository import (
    celebrate,
    find,
    goal_write,
    progressed,
    run_closed,
    run_withdrawn,
    withdraw_run,
)
from shared.accountability.goals.schemas import LogChange, LogFields, LogView
from shared.accountability.items import goal_pk
from shared.kernel.errors import NotFound
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.client import Attributes
from shared.kernel.storage.conflicts import retry_on_conflict
from shared.kernel.storage.writes import Write, transact
from shared.kernel.text.crisis import suspected
from shared.kernel.versions import ANY, Seen

FIELDS = ("completed", "notes", "photo", "video", "voice")

CRISIS_LINE = (
    "If you are thinking of hurting yourself, please talk to somebody now. In the US and Canada call or text 988; "
    "elsewhere findahelpline.com names a line near you."
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A log as it is to be.

    Attributes:
        values: what it says, by name (``FIELDS``).
        request_id: names the try.
        recorded_at: when it was written.
        date: of which day; ``None`` for the open one, or the one after it if that is logged and over.
        by: who writes it.
    """

    values: Mapping[str, Any]
    request_id: str
    recorded_at: datetime
    by: str
    date: str | None = None


@dataclass(frozen=True, slots=True)
class Logged:
    """A log and what it came to.

    Attributes:
        day: the day with its log.
        goal: as it has become.
        replayed: the same request was taken before.
        crisis: its words speak of danger.
    """

    day: Day
    goal: Goal
    replayed: bool = False
    crisis: bool = False

    def meta(self) -> dict[str, Any]:
        """Return what an answer tells beside the log."""
        facts: dict[str, Any] = {
            "streak": self.goal.streak,
            "longestStreak": self.goal.longest_streak,
            "replayed": self.replayed,
        }
        return facts | ({"crisisLine": CRISIS_LINE} if self.crisis else {})


class _Standing(Exception):
    """The day has a log."""

    def __init__(self, day: Day) -> None:
        super().__init__()
        self.day = day


def _standing(old: Attributes | None) -> Exception:
    return _Standing(Day.load(old or {}))


def said(body: LogFields) -> dict[str, Any]:
    """Return what a request's log says."""
    return body.model_dump(include=set(FIELDS))


def changed_fields(body: LogChange) -> dict[str, Any]:
    """Return what a change says."""
    return body.model_dump(include=body.model_fields_set)


def view(day: Day) -> LogView:
    """Return a day with its log as its owner sees it."""
    return LogView(
        id=day.log_id,
        goal_id=day.goal_id,
        date=day.date,
        zone=day.zone,
        outcome=cast("Outcome | None", day.outcome),
        completed=day.completed,
        notes=day.notes,
        photo_url=uploads.address(day.user_id, day.photo),
        video_url=uploads.address(day.user_id, day.video),
        voice_url=uploads.address(day.user_id, day.voice),
        recorded_at=day.recorded_at,
        logged_at=day.logged_at,
        revision=day.revision or 0,
        escalation_state=day.escalation_state or 0,
    )


def log(user_id: str, goal_id: str, entry: Entry, *, now: datetime) -> Logged:
    """Log a day. The open day costs one read and one transaction.

    A log ends the goal's run of missed days in the same transaction: nothing that was not claimed by then goes out.

    Raises:
        NotFound: there is no such goal of the user's.
        GoalOver: it is completed.
        DayNotOpen: the day has not begun, or is too long ago.
        AlreadyLogged: the day has a log of another request.
        ValidationFailed: it refers to an upload that was never sent.
        Unavailable: others changed the goal all the time.
    """
    uploads.require(user_id, entry.values)

    def once() -> Logged:
        goal = find(user_id, goal_id)
        if _replayed(goal, entry):
            raise _Standing(_day(goal, goal.last_logged))
        if goal.status == "COMPLETED":
            raise GoalOver
        days.catch_up(goal, now=now)
        return _log(goal, replace(entry, date=entry.date or _date(goal, now)), now=now)

    try:
        return retry_on_conflict(once)
    except _Standing as standing:
        if standing.day.request_id != entry.request_id:
            raise AlreadyLogged(data=view(standing.day)) from None
        return Logged(standing.day, find(user_id, goal_id), replayed=True)


def _replayed(goal: Goal, entry: Entry) -> bool:
    """Tell whether a try without a date, or with the same, is the one that made the latest log."""
    return entry.request_id == goal.last_request and entry.date in {None, goal.last_logged}


def _day(goal: Goal, date: str) -> Day:
    found = reads.get(Day, goal_pk(goal.goal_id), day_sk(date))
    if found is None:
        raise LookupError("a logged day is never deleted")
    return found


def _date(goal: Goal, now: datetime) -> str:
    """Return the day that a log without a date is of: the earliest that can still be logged and has no log."""
    is_logged = goal.last_logged is not None and goal.last_logged >= goal.open_day
    return shifted(goal.open_day, 1) if is_logged and now >= goal.closes_at else goal.open_day


def _log(goal: Goal, entry: Entry, *, now: datetime) -> Logged:
    date = entry.date or ""
    if date == goal.open_day or (date == shifted(goal.open_day, 1) and now >= goal.closes_at):
        return _log_open(goal, date, entry, now=now)
    if not rules.in_time(date, goal.open_day, goal.first_day):
        why = "This day has not begun" if date > goal.open_day else "This day is too long ago, or before the goal"
        raise DayNotOpen(details=[("date", why)])
    return _correct(goal, date, entry, now=now)


def _write_log(day: Day, entry: Entry, *, now: datetime) -> None:
    for name, value in entry.values.items():
        setattr(day, name, value or None if name != "completed" else value)
    day.log_id = day.log_id or derived_id("log", day.goal_id, day.date)
    day.request_id, day.recorded_at = entry.request_id, entry.recorded_at
    day.logged_at = day.logged_at or now
    if day.outcome:
        day.outcome = "LOGGED"


def _log_open(goal: Goal, date: str, entry: Entry, *, now: datetime) -> Logged:
    before, is_open = goal.tally, date == goal.open_day
    window = goal.window
    if not is_open:
        window = following(window, profiles.habits(profiles.member_of(goal.user_id)))
    day = Day.of(goal, window)
    day.revision = 0
    _write_log(day, entry, now=now)
    # Of a day that is logged before the one before it is settled, the streak takes notice when that is.
    after = rules.counted(before, date, "LOGGED", completed=day.completed) if is_open else rules.without_run(before)
    goal.put_tally(after)
    day.put_tally(after)
    if date >= (goal.last_logged or date):
        goal.last_logged, goal.last_request = date, entry.request_id
    crisis, happened = _tell(goal, day, before.missed_since, now=now)
    happened += celebrate(goal, before, date, now=now)
    fresh = day.write(condition=Day.log_id.does_not_exist(), error=_standing)
    transact([fresh, goal_write(goal), *happened])
    return Logged(day, goal, crisis=crisis)


def _tell(goal: Goal, day: Day, run: str | None, *, now: datetime) -> tuple[bool, list[Write]]:
    """Return whether a log speaks of danger, and the writes that tell of it: its events, the end of the run it ended.

    Words of danger hold the goal: what ended, and a run that goes on beside a corrected day, is withdrawn without an
    all-clear (X-A-32).
    """
    ended = run if run != goal.missed_since else None
    crisis = bool(day.notes and suspected(day.notes))
    writes: list[Write] = []
    if crisis:
        # Later than what was said before, whatever the clock says: a case tells new words by it.
        said_at = max(now, goal.held_at + timedelta(milliseconds=1)) if goal.held_at else now
        goal.held_at = said_at
        found = CrisisSuspected(user_id=goal.user_id, goal_id=goal.goal_id, date=day.date, said_at=said_at)
        writes.append(outbox(found, at=now))
        writes += run_withdrawn(goal, ended, "CRISIS", now=now) if ended else []
        writes += withdraw_run(goal, "CRISIS", now=now)
    elif ended:
        writes.append(run_closed(goal, ended, "LOGGED", now=now))
    event = GoalLogged(
        user_id=goal.user_id,
        goal_id=goal.goal_id,
        date=day.date,
        completed=bool(day.completed),
        streak=goal.streak,
        ended_run=None if crisis else ended,
    )
    return crisis, [*writes, outbox(event, at=now), progressed(goal, day.date, now=now)]


def _correct(goal: Goal, date: str, entry: Entry, *, now: datetime) -> Logged:
    """Add a log to a day that is over."""
    rows = corrections.recent(goal)
    day = rows.get(date)
    if day is None:
        raise DayNotOpen(details=[("date", "There is nothing of this day to add to")])
    if day.log_id:
        raise _Standing(day)
    return revise(goal, rows, day, entry, now=now)


def revise(goal: Goal, rows: dict[str, Day], day: Day, entry: Entry, *, now: datetime) -> Logged:
    """Write a log over what there is of a day, and count anew.

    Raises:
        VersionConflict: the goal changed meanwhile.
    """
    before = goal.tally
    writes = corrections.correct(
        goal, rows, day, lambda standing: _write_log(standing, entry, now=now), by=entry.by, now=now
    )
    crisis, happened = _tell(goal, day, before.missed_since, now=now)
    happened += celebrate(goal, before, day.date, now=now)
    transact([goal_write(goal), *writes, *happened])
    return Logged(day, goal, crisis=crisis)


def edit(
    user_id: str, goal_id: str, date: str, values: Mapping[str, Any], *, seen: Seen = ANY, now: datetime
) -> Logged:
    """Change a log within the correction window; what it said before is kept (X-A-22).

    Raises:
        NotFound: there is no such goal of the user's, or the day has no log.
        DayNotOpen: it is too long ago.
        ValidationFailed: it refers to an upload that was never sent.
        OtherVersion: it is in another revision than was seen.
        Unavailable: others changed the goal all the time.
    """
    uploads.require(user_id, values)

    def once() -> Logged:
        goal, rows, day = logged_day(user_id, goal_id, date, now=now)
        seen.require(day.revision or 0)
        return revise(goal, rows, day, Entry(values, day.request_id, now, by=user_id), now=now)

    return retry_on_conflict(once)


def logged_day(user_id: str, goal_id: str, date: str, *, now: datetime) -> tuple[Goal, dict[str, Day], Day]:
    """Return a goal, its newest days, and of them one that has a log which may be changed.

    Raises:
        NotFound: there is no such goal of the user's, or the day has no log.
        DayNotOpen: it is too long ago.
        VersionConflict: the goal changed meanwhile.
    """
    goal = find(user_id, goal_id)
    days.catch_up(goal, now=now)
    rows = corrections.recent(goal)
    day = rows.get(date)
    if day is None or not day.log_id:
        raise NotFound
    if date < shifted(goal.open_day, -rules.CORRECTION_DAYS):
        raise DayNotOpen(details=[("date", "This day is too long ago")])
    return goal, rows, day
