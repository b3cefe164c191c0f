"""Excusing days that were settled as missed before their outage was reported (X-A-23).

The goals are walked page by page, as long as a run may take; the next sweep goes on. A page may be walked twice.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

from shared.accountability.goals import outages, rules
from shared.accountability.goals.calendar import Window, shifted
from shared.accountability.goals.corrections import excuse_day
from shared.accountability.goals.items import Day, Outage, day_sk
from shared.accountability.goals.repository import active_goals
from shared.accountability.items import goal_pk
from shared.kernel.clock import system_clock
from shared.kernel.due import SHARDS
from shared.kernel.errors import NotFound
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit

PAGE = 50
BUDGET = timedelta(seconds=40)
"""How long one run may take."""

_AROUND = 2
"""Local dates differ from those of UTC by less than this; a day and its grace may begin one before."""


def excuse(pk: str, sk: str, *, now: datetime) -> int:
    """Excuse the missed days that an outage took too much of, and return how many they were."""
    outage, excused = reads.get(Outage, pk, sk), 0
    while outage is not None and outage.due_at is not None and system_clock().now() - now < BUDGET:
        found, outage.after = active_goals(outage.shard, outage.after, limit=PAGE)
        for raw in found:
            user_id, goal_id = raw["pk"]["S"].partition("#")[2], raw["sk"]["S"].partition("#")[2]
            for day in _missed(goal_id, outage):
                with suppress(NotFound):  # deleted meanwhile
                    excused += excuse_day(user_id, goal_id, day, by=outage.source, now=now, reason="CORRECTED")
        outage.shard += outage.after is None
        if outage.shard == SHARDS:
            outage.due_shard = outage.due_at = None
        commit(Put(outage))
    return excused


def _missed(goal_id: str, outage: Outage) -> Iterator[str]:
    first = shifted(outage.began_at.date().isoformat(), -_AROUND)
    last = shifted(outage.ended_at.date().isoformat(), _AROUND)
    key = (Day.pk == goal_pk(goal_id)) & Day.sk.between(day_sk(first), day_sk(last))
    for raw in reads.query_all(Day, key):
        day = Day.load(dict(raw))
        if day.outcome == "MISSED":
            # The grace that it had is not kept: the outage of a reported day counts up to its end.
            window = Window(day.date, day.zone, day.opened_at, day.closes_at, day.closes_at)
            if rules.lost(window, outages.touching(window)):
                yield day.date
