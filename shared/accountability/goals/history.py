"""Reading logs: the days of a goal, and what a log said before it was edited (S-A-09, S-A-10)."""

import json
from collections.abc import Iterator
from itertools import islice

from shared.accountability.goals import manage
from shared.accountability.goals.calendar import shifted
from shared.accountability.goals.items import Day, Goal, LogRevision, day_sk
from shared.accountability.goals.logs import view
from shared.accountability.goals.repository import find
from shared.accountability.goals.schemas import LogView, RevisionView
from shared.accountability.items import goal_pk
from shared.kernel import cursors
from shared.kernel.errors import ValidationFailed
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.kernel.wire import Page

MANY, READS = 100, 5
"""Days that are read at once, and how often for one page."""

_FIRST, _LAST = "0001-01-01", "9999-12-31"


def page(
    user_id: str, goal_id: str, first: str | None, last: str | None, *, limit: int, cursor: str | None, order: Order
) -> Page[LogView]:
    """Return a page of a goal's days between two dates. One read, one query.

    Raises:
        NotFound: there is no such goal of the user's.
        ValidationFailed: the first date is later than the last.
        BadCursor: the cursor is of another list.
    """
    _require_forward(first, last)
    find(user_id, goal_id)
    scope = f"logs#{goal_id}#{first}#{last}#{order}"
    start = cursors.decode(scope, cursor)
    key = (Day.pk == goal_pk(goal_id)) & Day.sk.between(day_sk(first or _FIRST), day_sk(last or _LAST))
    found = reads.query(Day, key, limit=limit, descending=order == "newest", start=start)
    days = [view(day) for day in found.load(Day)]
    return Page(days, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def of_all_goals(
    user_id: str, first: str | None, last: str | None, *, limit: int, cursor: str | None, order: Order
) -> Page[LogView]:
    """Return a page of the days of all of a user's goals between two dates; deleted goals are left out.

    One query for the goals; a hundred days of goals are one read, and a page takes up to five: it may be short, even
    empty, and yet go on.

    Raises:
        ValidationFailed: the first date is later than the last.
        BadCursor: the cursor is of another list.
    """
    _require_forward(first, last)
    scope = f"days#{user_id}#{first}#{last}#{order}"
    start = cursors.decode(scope, cursor)
    keys = list(islice(_days(manage.every(user_id), first or _FIRST, last or _LAST, start, order), MANY * READS))
    shown: list[LogView] = []
    for date, goal_id, day in _read(keys):
        shown.append(view(day))
        if len(shown) == limit:
            return Page(shown, limit=limit, next_cursor=cursors.encode(scope, {"date": date, "goal": goal_id}))
    more = {"date": keys[-1][0], "goal": keys[-1][1]} if len(keys) == MANY * READS else None
    return Page(shown, limit=limit, next_cursor=cursors.encode(scope, more))


def _read(keys: list[tuple[str, str]]) -> Iterator[tuple[str, str, Day]]:
    """Yield the days that there are, reading a hundred at a time and no more than are asked for."""
    for begin in range(0, len(keys), MANY):
        wanted = keys[begin : begin + MANY]
        found = reads.get_many([(Day, goal_pk(goal_id), day_sk(date)) for date, goal_id in wanted])
        yield from ((date, goal_id, day) for (date, goal_id), day in zip(wanted, found, strict=True) if day)


def _days(
    goals: list[Goal], first: str, last: str, after: dict[str, str] | None, order: Order
) -> Iterator[tuple[str, str]]:
    """Yield the days that goals can have between two dates, in their order, from where a page ended."""
    if not goals:
        return
    oldest = max(first, min(goal.first_day for goal in goals))
    newest = min(last, max(goal.open_day for goal in goals))
    begin, step = (newest, -1) if order == "newest" else (oldest, 1)
    day = after["date"] if after else begin
    while oldest <= day <= newest:
        for goal in goals:
            passed = after is not None and day == after["date"] and goal.goal_id <= after["goal"]
            if goal.first_day <= day <= goal.open_day and not passed:
                yield day, goal.goal_id
        day = shifted(day, step)


def _require_forward(first: str | None, last: str | None) -> None:
    if (first or _FIRST) > (last or _LAST):
        raise ValidationFailed(details=[("from", "This is later than to")])


def revisions(user_id: str, goal_id: str, date: str) -> list[RevisionView]:
    """Return what was said of a day before each edit, oldest first.

    Raises:
        NotFound: there is no such goal of the user's.
    """
    find(user_id, goal_id)
    key = (LogRevision.pk == goal_pk(goal_id)) & LogRevision.sk.startswith(f"REVISION#{date}#")
    found = reads.query_all(LogRevision, key)
    return [_revision(LogRevision.load(dict(raw))) for raw in found]


def _revision(item: LogRevision) -> RevisionView:
    before = json.loads(item.before)
    return RevisionView(
        revision=item.revision,
        completed=before["completed"],
        notes=before["notes"],
        outcome=before["outcome"],
        changed_at=item.changed_at,
        changed_by=item.changed_by,
    )
