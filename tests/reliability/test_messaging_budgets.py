"""Budgets under many senders at once: never more units than the day allows, and what was not used is given back."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.kernel.storage import reads
from shared.messaging.limit_items import Spent, budget_pk
from shared.messaging.sending import budgets
from shared.messaging.sending.budgets import Limit, OverBudget, Reservation
from tests.clock import START

SENDERS = 1_000
LIMITS = (Limit("country:US", 300), Limit("prefix:+1212555", 290))


def _reserve(units: int) -> Reservation | None:
    try:
        return budgets.reserve(LIMITS, units, now=START)
    except OverBudget:
        return None


def _spent(scope: str) -> int:
    found = reads.get(Spent, budget_pk(scope), f"SPENT#{START.date().isoformat()}")
    return found.units if found else 0


@pytest.mark.covers("X-A-04")
def test_a_thousand_senders_at_once_use_no_more_than_the_day_allows(stage: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        taken = [one for one in pool.map(_reserve, [1, 2, 3, 4] * (SENDERS // 4)) if one]
    used = sum(one.units for one in taken)
    # Who found the one scope full gave back what they had set aside in the other.
    assert [_spent(limit.scope) for limit in LIMITS] == [used, used]
    assert 290 - 4 < used <= 290
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(budgets.give_back, taken))
    assert [_spent(limit.scope) for limit in LIMITS] == [0, 0]
