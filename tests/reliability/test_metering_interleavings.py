"""R-05: what ends a viewing session meets what charges it, in every order of their storage calls; or each dies at any.

A stream ends, a tick comes and the sweep gives the viewer up at the same moment; a token is issued while the viewer
leaves and is given up; two devices join at once. Of the first two triples those orders are tried in which somebody who
could go on has to wait at most so often that there are fewer than 5,000.
"""

import itertools
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from shared import wallet
from shared.kernel.errors import DomainError
from shared.live import metering, streams
from shared.live.metering.items import VIEWING_SK, viewing_pk
from shared.live.metering.joining import session_id_of
from shared.live.metering.schemas import MeterTick
from tests import faults, money, mutants, queues
from tests.bank import put_stream
from tests.clock import START
from tests.figures import tell
from tests.interleaving import OPERATIONS, Meeting, calls_of, explore
from tests.mutants import Mutant
from tests.triggers import principal

MOST, SAMPLE, BITES = 5000, 25, 400
KINDS = (faults.CRASH_BEFORE, faults.CRASH_AFTER)
RATE, COST = 6000, 1000
MOMENT = START + timedelta(seconds=20)
"""When everything happens: the silence runs out, the third interval may be ticked, the stream ends."""

_numbers = itertools.count()


class Scene:
    """A viewer of a stream of its own, who has joined 20 s ago; each deed notes what it was answered."""

    def __init__(self, *, let_in: bool) -> None:
        number = next(_numbers)
        self.user, self.creator, self.stream = f"usr_{number}", f"usr_creator_{number}", f"str_{number}"
        self.answers: dict[str, str] = {}
        put_stream(self.stream, RATE, creator_id=self.creator)
        reference = wallet.Reference("PAYMENT", f"pay-{self.user}")
        wallet.deposit(self.user, 100_000, reference=reference, now=START)
        self.session = metering.join(self.stream, self.user, operation="opn-1", seen=RATE, now=START).session_id
        if let_in:
            metering.let_in(self.stream, self.session, self.user, now=START)

    def _note(self, name: str, work: Callable[[], Any]) -> None:
        try:
            work()
        except DomainError as refused:
            self.answers[name] = type(refused).__name__
        else:
            self.answers[name] = "done"

    def end(self) -> None:
        streams.end(self.stream, principal(self.creator, "live:create"), now=MOMENT)
        metering.follow_stream(self.stream, now=MOMENT)

    def tick(self) -> None:
        body = MeterTick(stream_id=self.stream, session_id=self.session, interval_index=2, playback_ms=10_000)
        self._note("tick", lambda: metering.charge(self.user, body, now=MOMENT))

    def sweep(self) -> None:
        metering.check(viewing_pk(self.session), VIEWING_SK, until=MOMENT, now=MOMENT)

    def token(self) -> None:
        self._note("token", lambda: metering.let_in(self.stream, self.session, self.user, now=MOMENT))

    def leave(self) -> None:
        metering.leave(self.stream, self.session, self.user, now=MOMENT)

    def join(self, device: int) -> None:
        metering.join(self.stream, self.user, operation=f"opn-{device}", seen=RATE, now=MOMENT)

    def second(self) -> None:
        self.join(2)

    def third(self) -> None:
        self.join(3)

    def sessions(self) -> list[str]:
        """Return every session that there may be."""
        return [session_id_of(self.stream, f"opn-{device}") for device in (1, 2, 3)]


Deed = Callable[[Scene], None]


def _came_to(scene: Scene, books: money.Books) -> dict[str, Any]:
    """Return what a scene left."""
    found = [books.viewings[one] for one in scene.sessions() if one in books.viewings]
    account = books.accounts[scene.user]
    ended = sum(count for name, count in books.events.items() if name == f"ViewingEnded {scene.user}")
    return {
        "sessions": [(item.status, item.charged, item.last_index) for item in found],
        "balance": account.available + account.held,
        "holds": account.open_holds,
        "ends": ended,
    }


def _after_the_end(scene: Scene, left: dict[str, Any]) -> bool:
    """The session is settled once; a tick that was answered is paid, one that was refused is not."""
    intervals = 3 if scene.answers["tick"] == "done" else 2
    charged = intervals * COST
    return left == {
        "sessions": [("ENDED", charged, intervals - 1 if intervals == 3 else -1)],
        "balance": 100_000 - charged,
        "holds": 0,
        "ends": 1,
    }


def _after_the_token(scene: Scene, left: dict[str, Any]) -> bool:
    """Whoever got the token owes what was opened; whoever did not owes nothing."""
    charged = 2 * COST if scene.answers["token"] == "done" else 0
    wanted = {"sessions": [("ENDED", charged, -1)], "balance": 100_000 - charged, "holds": 0, "ends": 1}
    return left == wanted


def _after_the_joins(scene: Scene, left: dict[str, Any]) -> bool:
    """One of them watches, and what the session before owed is paid."""
    statuses = Counter(status for status, *_ in left["sessions"])
    return (statuses["ACTIVE"], left["holds"], left["balance"]) == (1, 1, 100_000 - 2 * COST)


RACES: dict[str, tuple[Sequence[Deed], bool, Callable[[Scene, dict[str, Any]], bool], int | None]] = {
    "end, tick, sweep": ((Scene.end, Scene.tick, Scene.sweep), True, _after_the_end, 2),
    "token, leave, sweep": ((Scene.token, Scene.leave, Scene.sweep), False, _after_the_token, 2),
    "join, join": ((Scene.second, Scene.third), True, _after_the_joins, 3),
}


@pytest.fixture(autouse=True)
def _queues(stage: str) -> Iterator[None]:
    with queues.watched():
        yield


def _run(name: str, *, most: int) -> tuple[list[str], int, Counter[tuple[int, ...]]]:
    deeds, let_in, holds, preemptions = RACES[name]
    scenes: list[Scene] = []

    def prepare() -> Sequence[Callable[[], None]]:
        scene = Scene(let_in=let_in)
        scenes.append(scene)
        return [lambda deed=deed: deed(scene) for deed in deeds]

    meetings: list[Meeting] = list(explore(prepare, most=most, preemptions=preemptions, seed=money.seed(20261127)))
    books = money.books()
    wrong = money.problems(books)
    for scene, meeting in zip(scenes, meetings, strict=True):
        left = _came_to(scene, books)
        if meeting.refused or not holds(scene, left):
            order = [who for who, _ in meeting.turns]
            wrong.append(f"{json.dumps(order)}: {scene.answers} {left} {meeting.refused}")
    orders = Counter(tuple(meeting.committed) for meeting in meetings)
    tell({"race": name, "orders": len(meetings), "ways": len(orders), "wrong": wrong[:1]})
    return wrong, len(meetings), orders


@pytest.mark.soak
@pytest.mark.covers("R-05", "S-W-34")
@pytest.mark.parametrize("race", RACES)
def test_every_order_comes_to_what_is_owed(race: str) -> None:
    wrong, tried, orders = _run(race, most=MOST)
    assert wrong == []
    assert tried < MOST, "there are more orders"
    assert len(orders) > 1, "they never met"


@pytest.mark.covers("R-05", "S-W-34")
def test_some_orders_come_to_what_is_owed() -> None:
    assert [wrong for race in RACES for wrong in _run(race, most=SAMPLE)[0]] == []


DEEDS = (Scene.end, Scene.tick, Scene.sweep, Scene.token, Scene.leave, Scene.second)


@pytest.mark.covers("R-05")
@pytest.mark.parametrize("deed", DEEDS, ids=[deed.__name__ for deed in DEEDS])
def test_each_may_die_at_every_call_and_is_done_once(deed: Deed) -> None:
    let_in = deed is not Scene.token
    plain = Scene(let_in=let_in)
    calls = calls_of(lambda: deed(plain))
    scenes = []
    for position, kind in itertools.product(range(calls), KINDS):
        scene = Scene(let_in=let_in)
        scenes.append(scene)
        with faults.injected(faults.script(*[None] * position, kind), operations=OPERATIONS) as wire:
            with pytest.raises(faults.Crash):
                deed(scene)
            wire.revive()
        deed(scene)
    books = money.books()
    assert money.problems(books) == []
    assert {json.dumps(_came_to(scene, books)) for scene in scenes} == {json.dumps(_came_to(plain, books))}
    tell({"deed": deed.__name__, "calls": calls, "crashes": len(scenes)})


BUGS = [
    (
        Mutant(
            "a token is issued unseen while the session is settled",
            "shared.live.metering.sessions",
            "as_read",
            "& _same(ViewingItem.admitted_at, item.admitted_at)",
            "",
        ),
        "token, leave, sweep",
    ),
    (
        Mutant(
            "a tick that comes while the session is settled is forgotten",
            "shared.live.metering.sessions",
            "as_read",
            "& (ViewingItem.last_index == item.last_index)",
            "",
        ),
        "end, tick, sweep",
    ),
]


@pytest.mark.covers("R-05")
@pytest.mark.parametrize(("bug", "race"), BUGS, ids=[bug.bug.replace(" ", "-") for bug, _ in BUGS])
def test_a_planted_bug_is_found(bug: Mutant, race: str) -> None:
    with mutants.planted(bug):
        assert _run(race, most=BITES)[0], "the bug was not found"
