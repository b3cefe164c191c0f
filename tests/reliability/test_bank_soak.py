"""R-02: a bank under load keeps its books: nothing twice, nothing lost, no wrong answer, never below zero."""

import random
import time
from collections import Counter

import pytest

from tests import bank, faults, money
from tests.figures import tell

OPERATIONS, DELIVERIES, USERS = 3300, 10_000, 60
SECONDS = 60
"""What the whole run may take. It is held to the seconds that its own process worked: others may be on the machine."""
RATE = 0.2


def _judge(seed: int, count: int, times: int, users: int) -> tuple[bank.Soak, list[str]]:
    began, worked = time.monotonic(), time.process_time()
    result = bank.soak(seed, count=count, times=times, users=users, rate=RATE)
    took, worked = time.monotonic() - began, time.process_time() - worked
    books = money.books()
    wrong = money.problems(books) + money.unexpected(books, result.references()) + bank.wrong_replies(result, books)
    wrong += money.platform_problems(books, random.Random(seed)) + result.crashes
    outcomes = Counter(reply.name for replies in result.replies.values() for reply in replies)
    figures = {
        "seed": seed,
        "seconds": round(took, 1),
        "worked": round(worked, 1),
        "operations": len(result.operations),
        "deliveries": outcomes.total(),
        "faults": dict(result.faults),
        "outcomes": dict(outcomes),
        "entries": len(books.journal),
        "unknown": result.unknown(),
        "wrong": len(wrong),
    }
    tell(figures)
    assert worked < SECONDS
    assert outcomes.total() == times
    assert len(result.replies) == len(result.operations) == count, "not everything was attempted"
    assert result.unknown() < 0.01
    kinds = {one.kind for one in result.operations if any(r.name == "done" for r in result.replies[one.id])}
    assert kinds == set(bank.RUN), "some kind of operation never succeeded"
    return result, wrong


@pytest.mark.soak
@pytest.mark.covers("R-02", "S-W-07", "S-W-15", "S-W-17", "X-W-01", "X-W-03", "X-W-04", "X-W-06", "X-W-16", "X-W-35")
def test_a_bank_keeps_its_books_under_load_and_faults(stage: str) -> None:
    result, wrong = _judge(money.seed(20260302), OPERATIONS, DELIVERIES, USERS)
    assert wrong == []
    assert all(result.faults[kind] >= 100 for kind in faults.KINDS), result.faults


@pytest.mark.covers("R-02", "S-W-15", "S-W-17", "X-W-01")
def test_a_small_bank_keeps_its_books_under_load_and_faults(stage: str) -> None:
    result, wrong = _judge(money.seed(20260303), 330, 1000, 12)
    assert wrong == []
    assert all(result.faults[kind] >= 5 for kind in faults.KINDS), result.faults
