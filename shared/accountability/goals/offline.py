"""Logs from offline: of two of one day the one that was written later stands, in whatever order they come (S-A-62)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.accountability.goals import logs
from shared.accountability.goals.errors import AlreadyLogged, ClockAhead
from shared.accountability.goals.logs import CRISIS_LINE, Entry, Logged
from shared.accountability.goals.schemas import OfflineLog, OfflineResult
from shared.kernel.errors import DomainError
from shared.kernel.storage.conflicts import retry_on_conflict

CLOCK_AHEAD = timedelta(minutes=5)
"""How far the clock of a device may be ahead of ours."""

Result = Literal["LOGGED", "REPLAYED", "SUPERSEDED"]


def merge(user_id: str, written: Sequence[OfflineLog], *, now: datetime) -> tuple[list[OfflineResult], dict[str, Any]]:
    """Take in logs, each by itself, and tell what became of each in the order they were given; and what ``meta`` tells.

    They are taken day by day, so that a day is rarely counted twice; the outcome does not depend on it.
    """
    order = sorted(range(len(written)), key=lambda at: (written[at].goal_id, written[at].date, written[at].recorded_at))
    results: dict[int, OfflineResult] = {}
    crisis = False
    for at in order:
        results[at], found = _taken(user_id, written[at], now=now)
        crisis = crisis or found
    return [results[at] for at in range(len(written))], {"crisisLine": CRISIS_LINE} if crisis else {}


def _taken(user_id: str, one: OfflineLog, *, now: datetime) -> tuple[OfflineResult, bool]:
    about = {"request_id": one.request_id, "goal_id": one.goal_id, "date": one.date}
    entry = Entry(logs.said(one), one.request_id, one.recorded_at, by=user_id, date=one.date)
    try:
        result, logged = _merged(user_id, one, entry, now=now)
    except DomainError as refusal:
        return OfflineResult(**about, result="REFUSED", code=refusal.code, log=None), False
    return OfflineResult(**about, result=result, code=None, log=logs.view(logged.day)), logged.crisis


def _merged(user_id: str, one: OfflineLog, entry: Entry, *, now: datetime) -> tuple[Result, Logged]:
    if entry.recorded_at > now + CLOCK_AHEAD:
        raise ClockAhead
    try:
        logged = logs.log(user_id, one.goal_id, entry, now=now)
    except AlreadyLogged:
        return retry_on_conflict(lambda: _over(user_id, one, entry, now=now))
    return "REPLAYED" if logged.replayed else "LOGGED", logged


def _over(user_id: str, one: OfflineLog, entry: Entry, *, now: datetime) -> tuple[Result, Logged]:
    goal, rows, day = logs.logged_day(user_id, one.goal_id, one.date, now=now)
    if (day.recorded_at, day.request_id) >= (entry.recorded_at, entry.request_id):
        return "SUPERSEDED", Logged(day, goal)
    return "LOGGED", logs.revise(goal, rows, day, entry, now=now)
