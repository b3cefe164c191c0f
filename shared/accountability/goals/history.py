"""Reading logs: the days of a goal, and what a log said before it was edited (S-A-09, S-A-10)."""

import json

from shared.accountability.goals.items import Day, LogRevision, day_sk
from shared.accountability.goals.logs import view
from shared.accountability.goals.schemas import LogView, RevisionView
from shared.accountability.goals.state import find
from shared.accountability.items import goal_pk
from shared.kernel import cursors
from shared.kernel.errors import ValidationFailed
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.kernel.wire import Page

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
    if (first or _FIRST) > (last or _LAST):
        raise ValidationFailed(details=[("from", "This is later than to")])
    find(user_id, goal_id)
    scope = f"logs#{goal_id}#{first}#{last}#{order}"
    start = cursors.decode(scope, cursor)
    key = (Day.pk == goal_pk(goal_id)) & Day.sk.between(day_sk(first or _FIRST), day_sk(last or _LAST))
    found = reads.query(Day, key, limit=limit, descending=order == "newest", start=start)
    days = [view(day) for day in found.load(Day)]
    return Page(days, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


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
