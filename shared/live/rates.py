"""Rates with the instants that they take effect at (X-W-29).

A rate holds for whoever begins to watch from its instant on; a viewing session keeps the one it began with.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.kernel.clock import to_ms
from shared.kernel.errors import NotFound
from shared.kernel.money import Credits
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit
from shared.live import rules
from shared.live.errors import RateInThePast, RateThereAlready
from shared.live.items import (
    CATEGORIES_PK,
    RATE_PREFIX,
    Category,
    RateItem,
    Stream,
    category_sk,
    rate_prefix,
)
from shared.live.rules import RateStep
from shared.live.schemas import NewRate, RateView

Schedule = Sequence[RateStep]


def schedule_of(category_id: str) -> Schedule:
    """Return the rates of a category, oldest first. One query."""
    return _schedules(rate_prefix(category_id)).get(category_id, ())


def schedules() -> Mapping[str, Schedule]:
    """Return the rates of every category that has any, oldest first. One query."""
    return _schedules(RATE_PREFIX)


def _schedules(prefix: str) -> dict[str, list[RateStep]]:
    found: dict[str, list[RateStep]] = defaultdict(list)
    key = (RateItem.pk == CATEGORIES_PK) & RateItem.sk.startswith(prefix)
    for row in reads.query_all(RateItem, key):
        item = RateItem.load(dict(row))
        found[item.category_id].append(RateStep(item.effective_from, item.rate_per_minute))
    return found


def present(stream: Stream, *, now: datetime) -> Credits:
    """Return what a minute of a stream costs whoever begins to watch now. One query."""
    return rules.rate_at(stream.rate_per_minute, stream.premium_permille, schedule_of(stream.category_id), now)


def announce(category_id: str, wanted: NewRate, *, admin_id: str, now: datetime) -> RateView:
    """Set what a category costs from an instant on; asked again by the same admin, it stays as it is.

    Raises:
        NotFound: there is no such category.
        RateInThePast: the instant has passed.
        RateThereAlready: another rate begins at that instant.
    """
    if reads.get(Category, CATEGORIES_PK, category_sk(category_id)) is None:
        raise NotFound
    if wanted.effective_from <= now:
        raise RateInThePast
    item = RateItem(
        pk=CATEGORIES_PK,
        sk=f"{rate_prefix(category_id)}{to_ms(wanted.effective_from):014d}",
        category_id=category_id,
        rate_per_minute=wanted.rate_per_minute,
        effective_from=wanted.effective_from,
        set_by=admin_id,
        set_at=now,
    )
    same = (RateItem.rate_per_minute == wanted.rate_per_minute) & (RateItem.set_by == admin_id)
    commit(Put(item, condition=RateItem.pk.does_not_exist() | same, error=RateThereAlready))
    return RateView(category=category_id, rate_per_minute=wanted.rate_per_minute, effective_from=wanted.effective_from)
