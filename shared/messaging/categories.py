"""Categories of messages, as the domains declare them (``shared.kernel.categories``)."""

from datetime import timedelta

from shared.kernel.categories import Category
from shared.kernel.domains import domains

CATEGORIES: dict[str, Category] = {category.name: category for domain in domains() for category in domain.categories}

WEEK = timedelta(days=7)

ASKS_A_WEEK = next(cap.limit for cap in CATEGORIES["partner-ask"].caps if cap.window == WEEK)
"""How often at most somebody is asked to check in, in seven days, besides the week's own message."""

MOST_A_WEEK = max(one.together for one in CATEGORIES.values() if one.together)
"""How often at most somebody who supports a user is contacted in seven days: what they are told before they agree."""


def category(name: str) -> Category:
    """Return a category by its name.

    Raises:
        KeyError: there is none.
    """
    return CATEGORIES[name]
