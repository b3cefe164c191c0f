"""R-05: what ends the asking meets what asks, in every order of their storage calls; or each dies at any of them.

Every race starts from the same rows, and its orders are found by replaying. Where there are thousands of them, all are
tried in which somebody who could go on has to wait at most so many times.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests import endings, faults, money, mutants, senders
from tests import escalations as world
from tests.endings import Deed, Race, Scene, answer, ask, delete, leave, log, pause, rest, send, step, stop
from tests.figures import tell
from tests.interleaving import OPERATIONS, calls_of, explore
from tests.mutants import Mutant

MOST, SAMPLE, BITES = 5000, 15, 400
KINDS = (faults.CRASH_BEFORE, faults.CRASH_AFTER)


@pytest.fixture
def scene(stage: str) -> Iterator[Scene]:
    with endings.opened() as found:
        yield found


@pytest.mark.parametrize(("preemptions", "ways"), [(None, 10), (0, 2), (1, 5)])
def test_every_order_is_found_once(stage: str, preemptions: int | None, ways: int) -> None:
    handlers = [lambda: read(2), lambda: read(3)]
    found = [meeting.turns for meeting in explore(lambda: handlers, most=MOST, preemptions=preemptions)]
    orders = {tuple(who for who, _ in turns) for turns in found}
    assert len(found) == len(orders) == ways
    assert all(sorted(order) == [0, 0, 1, 1, 1] for order in orders)


def read(times: int) -> None:
    for _ in range(times):
        world.partner("ptn_nobody")


RACES = [
    Race((answer, step, log), preemptions=2),
    Race((answer, ask, log), preemptions=2),
    Race((answer, ask), preemptions=3),
    Race((log, ask)),
    Race((pause, ask)),
    Race((rest, ask), preemptions=3),
    Race((delete, ask)),
    Race((stop, send), preemptions=3),
    Race((leave, send)),
    Race((leave, step)),
]


def _run(scene: Scene, race: Race, *, most: int) -> tuple[Any, Counter[tuple[int, ...]]]:
    """Run a race in so many orders, until one comes out otherwise than it must.

    Returns:
        That one, and how often its deeds committed in which order.
    """
    wrong: Any = None
    orders: Counter[tuple[int, ...]] = Counter()
    ways: Counter[str] = Counter()
    seed = money.seed(20261118)
    for meeting in explore(lambda: scene.begin(race.deeds), most=most, preemptions=race.preemptions, seed=seed):
        found = scene.came_to()
        expected, way = race.expected(meeting.committed)
        orders[tuple(meeting.committed)] += 1
        ways[way] += 1
        differs = {name: (found[name], wanted) for name, wanted in expected.items() if found[name] != wanted}
        if differs or meeting.refused:
            wrong = meeting.committed, [who for who, _ in meeting.turns], meeting.refused, differs
            break
    tell({"seed": seed, "race": race.name, "orders": orders.total(), **ways, "wrong": wrong and repr(wrong)})
    return wrong, orders


@pytest.mark.soak
@pytest.mark.covers("R-05", "X-A-14", "X-A-15", "X-A-35")
@pytest.mark.parametrize("race", RACES, ids=[race.name for race in RACES])
def test_whoever_commits_first_decides_in_every_order(scene: Scene, race: Race) -> None:
    wrong, orders = _run(scene, race, most=MOST)
    assert wrong is None
    assert orders.total() < MOST, "there are more orders"
    assert len(orders) > 1, "they never met"


@pytest.mark.covers("R-05", "X-A-14", "X-A-15", "X-A-35")
def test_whoever_commits_first_decides_in_some_orders(scene: Scene) -> None:
    assert [wrong for race in RACES for wrong, _ in [_run(scene, race, most=SAMPLE)] if wrong] == []


DEEDS = (answer, step, send, log, pause, rest, delete, stop, leave)


def _died(scene: Scene, deed: Deed, position: int, kind: str) -> dict[str, Any]:
    """Let a deed die at one of its calls, let it be done again, and return what everything came to."""
    scene.begin([deed])
    with faults.injected(faults.script(*[None] * position, kind), operations=OPERATIONS) as wire:
        with pytest.raises(faults.Crash):
            deed()
        wire.revive()
    deed()
    return scene.came_to()


@pytest.mark.covers("R-05", "X-A-35", "S-A-65")
def test_a_deed_may_die_at_every_call_and_is_done_once(scene: Scene) -> None:
    for deed in DEEDS:
        calls = calls_of(*scene.begin([deed]))
        wanted = scene.came_to()
        for position in range(calls):
            for kind in KINDS:
                assert _died(scene, deed, position, kind) == wanted, (deed, position, kind)
        tell({"deed": deed.__name__, "calls": calls, "crashes": calls * len(KINDS)})


STEPS = "shared.accountability.escalation.steps"
BUGS = [
    (
        senders.OVERLOOKS_TOPICS,
        Race((log, ask)),
    ),
    (
        senders.OVERLOOKS_STOP,
        Race((stop, send)),
    ),
    (
        Mutant(
            "a step does not look whether somebody takes care of the day",
            STEPS,
            "_commit",
            "messaging.still_open(day_topic(item.goal_id, item.date), error=VersionConflict),",
            "",
        ),
        Race((answer, step)),
    ),
]


@pytest.mark.covers("R-05")
@pytest.mark.parametrize(("bug", "race"), BUGS, ids=[bug.bug.replace(" ", "-") for bug, _ in BUGS])
def test_a_planted_bug_is_found(scene: Scene, bug: Mutant, race: Race) -> None:
    with mutants.planted(bug):
        wrong, _ = _run(scene, race, most=BITES)
    assert wrong is not None
