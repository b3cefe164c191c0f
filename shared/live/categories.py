"""Categories of streams and their rates (S-L-09, S-W-29)."""

from datetime import datetime

from shared.kernel.money import Credits
from shared.kernel.storage import reads
from shared.kernel.storage.writes import ConditionFailed, Put, commit
from shared.live import rates, rules
from shared.live.errors import UnknownCategory
from shared.live.items import CATEGORIES_PK, CATEGORY, CATEGORY_PREFIX, Category, Stream, category_sk
from shared.live.schemas import CategoryView, NextRate

FIRST = ("Gaming", "Music", "Talk Shows", "Education")
"""The categories a new deployment starts with."""


def assign(stream: Stream, category: str, *, now: datetime) -> None:
    """Put a stream into a category, by its name or id, and set what a minute of it costs from now on.

    Raises:
        UnknownCategory: there is no such category.
    """
    found = reads.get(Category, CATEGORIES_PK, category_sk(rules.category_id(category)))
    if found is None:
        raise UnknownCategory
    stream.category = found.name
    stream.category_id = rules.category_id(found.name)
    base = _rate(found, rates.schedule_of(stream.category_id), now)
    stream.rate_per_minute = rules.rate_per_minute(base, stream.premium_permille)


def _rate(category: Category, schedule: rates.Schedule, now: datetime) -> Credits | None:
    begun = [step.rate_per_minute for step in schedule if step.effective_from <= now]
    return begun[-1] if begun else category.rate_per_minute


def every(*, now: datetime) -> list[CategoryView]:
    """Return all categories by name, with what they cost now and what is announced. Two queries, and one to count each.

    How many are live is counted anew: a sum would have to be right after every repeat. It costs a read unit for some
    ten streams on air, behind a cache of a minute.
    """
    key = (Category.pk == CATEGORIES_PK) & Category.sk.startswith(CATEGORY_PREFIX)
    rows = reads.query_all(Category, key, consistent=False)
    found, schedules = [Category.load(dict(row)) for row in rows], rates.schedules()
    return [_shown(category, schedules.get(rules.category_id(category.name), ()), now) for category in found]


def _shown(category: Category, schedule: rates.Schedule, now: datetime) -> CategoryView:
    category_id = rules.category_id(category.name)
    on_air = (Stream.category_id == category_id) & Stream.listing.startswith(rules.LIVE_PREFIX)
    return CategoryView(
        id=category_id,
        live_streams=reads.count(Stream, on_air, index=CATEGORY.name),
        name=category.name,
        rate_per_minute=rules.rate_per_minute(_rate(category, schedule, now)),
        next_rate=NextRate.of(rules.next_rate(schedule, now, rules.NO_PREMIUM)),
    )


def ensure(_now: datetime) -> int:
    """Write the first categories that are missing; those there are stay as they are.

    Returns:
        How many were written.
    """
    return sum(_add(name) for name in FIRST)


def _add(name: str) -> bool:
    item = Category(pk=CATEGORIES_PK, sk=category_sk(rules.category_id(name)), name=name)
    try:
        commit(Put(item, condition=Category.pk.does_not_exist()))
    except ConditionFailed:
        return False
    return True
