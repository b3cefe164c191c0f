"""Outages: times in which people could not log because of us (X-A-23).

A gap between two sweeps of days is one by itself; staff report the others.
"""

from datetime import datetime, timedelta

from shared.accountability.goals.calendar import Window
from shared.accountability.goals.items import OUTAGE_KIND, Heartbeat, Outage
from shared.accountability.goals.schemas import OutageReport, OutageView
from shared.kernel.clock import to_ms
from shared.kernel.due import due_shard
from shared.kernel.errors import ValidationFailed
from shared.kernel.storage import reads
from shared.kernel.storage.writes import ConditionFailed, Put, Write, commit, transact
from shared.kernel.telemetry import logger

GAP = timedelta(minutes=10)
"""Without a sweep for longer than this, the system was down."""

REPORTED = timedelta(days=30)
"""How long after an outage began it can be reported."""

_DIGITS = 15


def beat(*, now: datetime) -> None:
    """Note that days are being swept; after a gap, that there was an outage. One read, one write."""
    last = reads.get(Heartbeat, Heartbeat.PK, Heartbeat.SK)
    if last is not None and last.at >= now:
        return
    unmoved = Heartbeat.at == last.at if last else Heartbeat.pk.does_not_exist()
    writes: list[Write] = [Put(Heartbeat(pk=Heartbeat.PK, sk=Heartbeat.SK, at=now), condition=unmoved)]
    if last is not None and now - last.at > GAP:
        writes.append(Put(_outage(last.at, now, "heartbeat")))
        logger().error("outage_found", minutes=(now - last.at) // timedelta(minutes=1))
    try:
        transact(writes)
    except ConditionFailed:
        logger().info("heartbeat_moved")  # another sweep of the same minute


def _outage(began_at: datetime, ended_at: datetime, source: str) -> Outage:
    return Outage(
        pk=Outage.PK, sk=f"{to_ms(ended_at):0{_DIGITS}d}", began_at=began_at, ended_at=ended_at, source=source
    )


def report(told: OutageReport, *, by: str, now: datetime) -> OutageView:
    """Keep an outage that staff know of. Days that were missed by it are excused soon, those to come when they end.

    Raises:
        ValidationFailed: it is not over, or began more than 30 days ago.
    """
    if told.ended_at > now or told.began_at < now - REPORTED:
        raise ValidationFailed(details=[("to", f"An outage that is over, of the last {REPORTED.days} days")])
    outage = _outage(told.began_at, told.ended_at, by)
    outage.due_shard, outage.due_at, outage.shard = due_shard(OUTAGE_KIND, outage.sk), now, 0
    commit(Put(outage))
    return OutageView.model_validate({"from": told.began_at, "to": told.ended_at})


def touching(window: Window) -> list[tuple[datetime, datetime]]:
    """Return the outages that ended after a day began. One query."""
    key = (Outage.pk == Outage.PK) & (Outage.sk > f"{to_ms(window.opened_at):0{_DIGITS}d}")
    found = [Outage.load(dict(raw)) for raw in reads.query_all(Outage, key)]
    return [(outage.began_at, outage.ended_at) for outage in found]
