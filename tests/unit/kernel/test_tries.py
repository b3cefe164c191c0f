"""Waiting and ending of loops that try again."""

import ast
import random
import time

import pytest

from shared.kernel.storage import tries as module
from shared.kernel.storage.tries import PATIENCE, pause, tries
from tests.imports import sources, tree

SHARED = sources("shared")


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Provide the waits so far; time passes by them and by nothing else."""
    waits: list[float] = []
    monkeypatch.setattr(time, "monotonic", lambda: sum(waits))
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def test_the_first_try_waits_for_nothing(slept: list[float]) -> None:
    next(tries())
    assert slept == []


@pytest.mark.covers("X-W-35")
def test_the_bound_of_a_wait_doubles_up_to_a_cap_and_starts_at_nothing(monkeypatch, slept) -> None:
    bounds: list[tuple[float, float]] = []
    monkeypatch.setattr(random, "uniform", lambda low, high: bounds.append((low, high)) or high)
    for number in (1, 2, 3, 4, 5, 6, 50):
        pause(number)
    assert bounds == [(0, 0.04), (0, 0.08), (0, 0.16), (0, 0.32), (0, 0.4), (0, 0.4), (0, 0.4)]


@pytest.mark.parametrize("within", [2.0, PATIENCE])
def test_no_try_begins_after_its_time(slept: list[float], within: float) -> None:
    began = [sum(slept) for _ in tries(within=within)]
    assert began[-1] <= within < sum(slept)
    assert sum(slept) <= within + 0.4
    assert len(began) > within / 0.4


def test_a_transaction_within_the_last_try_ends_before_the_shortest_function(slept: list[float]) -> None:
    from shared.kernel.storage.writes import _PATIENCE

    assert module.PATIENCE + _PATIENCE + 2 * 0.4 < 10


def _counted(source: ast.Module) -> list[int]:
    """Return the lines of loops over ``range`` in which being slower than another is forgiven, without a pause."""
    loops = [node for node in ast.walk(source) if isinstance(node, ast.For | ast.While)]
    return [
        loop.lineno
        for loop in loops
        if not (isinstance(loop, ast.For) and "tries" in ast.dump(loop.iter))
        and any(_forgives(inner) for inner in ast.walk(loop))
        and "pause" not in ast.dump(loop)
    ]


def _forgives(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        named = ast.dump(node.type) if node.type else ""
    else:
        named = ast.dump(node.items[0]) if isinstance(node, ast.With) else ""
    return any(word in named for word in ("Conflict", "Moved", "Stale", "Changed", "SeatTaken"))


@pytest.mark.parametrize("name", sorted(SHARED))
def test_every_loop_that_forgives_a_faster_one_waits(name: str) -> None:
    assert _counted(tree(SHARED[name])) == []
