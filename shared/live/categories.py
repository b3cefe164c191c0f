"""Categories of streams and their rates (S-L-09, S-W-29)."""

from shared.kernel.storage import reads
from shared.kernel.storage.writes import ConditionFailed, Put, commit
from shared.live import rules
from shared.live.errors import UnknownCategory
from shared.live.items import CATEGORIES_PK, Category, Stream, category_sk
from shared.live.schemas import CategoryView

FIRST = ("Gaming", "Music", "Talk Shows", "Education")
"""The categories a new deployment starts with."""


def assign(stream: Stream, category: str) -> None:
    """Put a stream into a category, by its name or id, and set what a minute of it costs.

    Raises:
        UnknownCategory: there is no such category.
    """
    found = reads.get(Category, CATEGORIES_PK, category_sk(rules.category_id(category)))
    if found is None:
        raise UnknownCategory
    stream.category = found.name
    stream.category_id = rules.category_id(found.name)
    stream.rate_per_minute = rules.rate_per_minute(found.rate_per_minute, stream.premium_permille)


def every() -> list[CategoryView]:
    """Return all categories by name."""
    rows = reads.query_all(Category, Category.pk == CATEGORIES_PK, consistent=False)
    return [
        CategoryView(
            id=rules.category_id(found.name),
            name=found.name,
            rate_per_minute=rules.rate_per_minute(found.rate_per_minute),
        )
        for found in (Category.load(dict(row)) for row in rows)
    ]


def ensure() -> int:
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
