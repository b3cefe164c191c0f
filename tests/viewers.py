"""Viewers in simulated time: players on a bad network, a server that crashes, and what each should have paid.

What a viewer should pay is worked out here from what reached the server and when, with the specification's numbers
and none of the code under test. What happens within one moment of different viewers happens at once, in threads.
"""

import heapq
import random
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared import wallet
from shared.kernel.clock import from_ms, to_ms
from shared.kernel.due import sweep
from shared.kernel.errors import DomainError, Unavailable
from shared.live import lookup, metering
from shared.live.metering.items import ViewingItem
from shared.live.metering.schemas import MeterTick
from shared.live.metering.sessions import DUE_KIND, read_viewing
from tests import faults, money, queues
from tests.bank import put_stream
from tests.clock import START

SECOND = 1000
INTERVAL = 10 * SECOND
RATES = (6000, 6001, 9000, 601, 12_345)
DELIVERED = ((0, 1), (1, 76), (2, 14), (3, 5), (4, 2), (5, 2))
"""How often a tick arrives, and with what weight."""

REDELIVERY = 30 * SECOND
STALE = 0.3
"""Share of the reads that need not be consistent and are not."""

MOMENT = 400
"""Milliseconds in which all that happens to different viewers happens at once; news of a stream travels longer."""

NEVER = 10**9
"""Milliseconds: after everything."""

PAUSED_MINUTES = 10
"""Longer than every pause that is played together: what waits for a picture is settled after it."""

AT_ONCE = 6
PATIENCE = 4
"""Tries of a player whose request got no answer."""


@dataclass
class Oracle:
    """One viewing session as the specification has it. Times are milliseconds after it began.

    Attributes:
        cost: milli-credits of one interval.
        funds: what the viewer had when joining and got since.
        arrivals: when the tick that paid for each interval came.
        over: what a tick is answered once the session has ended.
        off_air: when the stream ended.
        pauses: when the picture went, when the session heard of it, when the picture was back.
        admitted: when the viewer was let into the room.
        went: when the viewer left, was reported gone or could not pay; who is silent went 20 s after they were heard.
    """

    cost: int
    funds: int
    seen: int = 0
    arrivals: list[int] = field(default_factory=list)
    over: str = ""
    off_air: int | None = None
    pauses: list[tuple[int, int, int]] = field(default_factory=list)
    admitted: int | None = None
    went: int | None = None

    def verdict(self, index: int, at: int) -> str:
        """Return what a tick must be answered."""
        owed = (index + 1 - len(self.arrivals)) * self.cost
        if index < len(self.arrivals):
            return "AlreadyProcessed"
        if not self.over and self.is_known_to_pause(at):
            return "SessionEnded" if self.stands(at) - self.clock(self.seen) >= 20 * SECOND else "ViewingPaused"
        at = self.clock(at)
        if self.over or at - self.clock(self.seen) > 20 * SECOND:
            return self.over or "SessionEnded"
        if at < index * INTERVAL - SECOND:
            return "TickTooEarly"
        if at > (index + 2) * INTERVAL:
            return "TickTooLate"
        return "done" if owed <= self.funds - len(self.arrivals) * self.cost else "CreditsExhausted"

    def is_known_to_pause(self, at: int) -> bool:
        """Tell whether the session must have heard by then that the picture is gone."""
        return any(heard <= at < back for _, heard, back in self.pauses)

    def is_without_picture(self, at: int) -> bool:
        """Tell whether the picture is gone, of which the session may have heard from somebody who looked."""
        return any(gone <= at < back for gone, _, back in self.pauses)

    def charge(self, index: int, at: int) -> None:
        """Take a tick in."""
        self.arrivals += [at] * (index + 1 - len(self.arrivals))
        self.seen = at

    @property
    def due(self) -> int:
        """What the viewer owes in the end: what was ticked or what was opened, as far as their credits go."""
        end, gone = self._end, self._paused_at(self._end)
        off_air = min(at for at in (self.off_air, gone, NEVER) if at is not None)
        ticked = sum(at <= off_air for at in self.arrivals)
        if any(back <= end for _, _, back in self.pauses):
            ticked = min(ticked, -(-self.stands(end) // INTERVAL))
        return self.cost * min(max(ticked, self._opened), self.funds // self.cost)

    @property
    def _opened(self) -> int:
        """How many intervals began while the viewer was in the room, as far as anybody can know (D-51)."""
        end = self.stands(self._end)
        if self.admitted is None or self.stands(self.admitted) > end:
            return 0
        return max(1, -(-end // INTERVAL))

    @property
    def _end(self) -> int:
        """When the viewer was gone: nobody falls silent while the picture is."""
        silent = self.seen + 20 * SECOND
        for gone, _, back in self.pauses:
            # Who was heard into a pause was heard so much later when it was over.
            if self.seen < back and gone < silent:
                silent += back - gone
        return min(at for at in (silent, self.went, self.off_air) if at is not None)

    def _paused_at(self, at: int) -> int | None:
        """Since when the picture is gone at a time, ``None`` where it is there."""
        return next((gone for gone, _, back in self.pauses if gone < at < back), None)

    def clock(self, at: int) -> int:
        """What the session's clock shows, which runs on until the session hears of a pause."""
        return at - self.lost(at)

    def lost(self, at: int) -> int:
        """How long the pauses that are over took together."""
        return sum(back - gone for gone, _, back in self.pauses if back <= at)

    def stands(self, at: int) -> int:
        """How long the session has had a picture."""
        gone = self._paused_at(at)
        return self.clock(at if gone is None else gone)

    def go_off_air(self, at: int) -> None:
        """Take in that the stream is over: a picture that is gone will not be back."""
        self.off_air = at
        self.pauses = [
            (gone, heard if heard <= at else NEVER, NEVER) if gone < at < back else (gone, heard, back)
            for gone, heard, back in self.pauses
        ]

    def end(self, answer: str, at: int) -> None:
        """Take in that the session is over, and when the viewer went."""
        if not self.over:
            self.over, self.went = answer, at


@dataclass
class Viewer:
    """A viewer: their player, and what they should pay."""

    user: str
    stream: str
    operation: str
    began: int
    oracle: Oracle
    ends: int
    leaves: bool
    hint: bool
    session: str = ""
    gone: bool = False
    settled_after: int | None = None


class Simulation:
    """One process's share of the viewers, on one clock."""

    def __init__(self, seed: int, *, share: int, viewers: int, minutes: int, rate: float, sleepy: float) -> None:
        self.random = random.Random(f"{seed}-{share}")
        self.share, self.minutes, self.rate, self.sleepy = share, minutes, rate, sleepy
        self._clock, self._lock = threading.local(), threading.Lock()
        self.viewers: list[Viewer] = []
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._waiting: list[tuple[int, int, str | None, Callable[[], None]]] = []
        self._number = 0
        self._count = viewers
        self._wire: faults.Faults
        self._queues: queues.DueQueues
        self._of: dict[str, str] = {}
        self.ended: set[str] = set()

    def run(self) -> None:
        """Let the time pass."""
        plan = faults.at_random(self.random.randrange(2**32), self.rate)
        streams = self._streams()
        for number in range(self._count):
            self._enter(number, streams)
        # A pause shifts the end of whoever waits in it.
        for minute in range(self.minutes + 3 + PAUSED_MINUTES):
            self.later(minute * 60 * SECOND + self.random.randrange(SECOND), self._sweep, "sweep")
        with ExitStack() as stack:
            pool = stack.enter_context(ThreadPoolExecutor(AT_ONCE))
            self._queues = stack.enter_context(queues.watched())
            self._wire = stack.enter_context(faults.injected(plan, stale=STALE, seed=self.random.randrange(2**32)))
            while self._waiting:
                self._pass(pool)
        self.counts.update({f"fault {kind}": count for kind, count in self._wire.seen.items()})

    def _pass(self, pool: ThreadPoolExecutor) -> None:
        """Let the next moment pass: what concerns one viewer in its order, different ones at once."""
        groups: dict[str, list[tuple[int, Callable[[], None]]]] = defaultdict(list)
        first = self._waiting[0][0]
        while self._waiting and self._waiting[0][0] <= first + MOMENT:
            at, _, who, happen = heapq.heappop(self._waiting)
            groups[who or "everybody"].append((at, happen))
            if who is None or (self._waiting and self._waiting[0][2] is None):
                break
        self.counts["at once"] += len(groups) - 1
        list(pool.map(self._happen, groups.values()))
        self._clock.now = at
        self._collect()

    def _happen(self, group: list[tuple[int, Callable[[], None]]]) -> None:
        for at, happen in group:
            self._clock.now = at
            happen()

    def count(self, name: str) -> None:
        """Count something that happened."""
        with self._lock:
            self.counts[name] += 1

    def later(self, at: int, happen: Callable[[], None], who: str | None) -> None:
        """Let something happen at a time to a viewer, or to everybody: then nothing else happens meanwhile."""
        with self._lock:
            self._number += 1
            heapq.heappush(self._waiting, (at, self._number, who, happen))

    @property
    def now(self) -> int:
        """Milliseconds since the start, where this thread is."""
        return getattr(self._clock, "now", 0)

    @property
    def instant(self) -> datetime:
        """The time it is."""
        return START + timedelta(milliseconds=self.now)

    def _streams(self) -> dict[str, int]:
        rates = {f"str_{self.share}_{number}": rate for number, rate in enumerate(RATES)}
        for stream, rate in rates.items():
            put_stream(stream, rate)
        drawn = self.random.sample(sorted(rates), 5)
        for stream in drawn[:2]:
            end = self.random.randrange(self.minutes * 30 * SECOND, self.minutes * 60 * SECOND)
            self.later(end, lambda stream=stream: self._end_stream(stream, rates[stream]), None)
        for stream in drawn[1:4]:
            self._plan_pauses(stream, rates[stream])
        return rates

    def _plan_pauses(self, stream: str, rate: int) -> None:
        """Let the picture of a stream go and come back a few times; the news of it takes up to six seconds."""
        paused_ms, at = 0, 60 * SECOND
        while (at := at + self.random.randrange(20 * SECOND, 400 * SECOND)) < self.minutes * 60 * SECOND:
            news, takes = self.random.randrange(6 * SECOND), self.random.randrange(7 * SECOND, 120 * SECOND)
            gone, heard, back = at, at + news, at + takes
            before, paused_ms = paused_ms, paused_ms + takes
            self.later(gone, lambda now=(gone, heard, back), of=before: self._pause(stream, rate, now, of), None)
            self.later(heard, lambda: self._follow(stream), None)
            self.later(back, lambda of=paused_ms: self._go_on(stream, rate, of), None)
            at = back

    def _pause(self, stream: str, rate: int, pause: tuple[int, int, int], paused_ms: int) -> None:
        if stream in self.ended:
            return
        gone = START + timedelta(milliseconds=pause[0])
        self._deliver(lambda: put_stream(stream, rate, status="PAUSED", paused_at=gone, paused_ms=paused_ms))
        for viewer in self.viewers:
            if viewer.stream == stream and not viewer.oracle.over:
                viewer.oracle.pauses.append(tuple(at - viewer.began for at in pause))
        self.count("pauses")

    def _go_on(self, stream: str, rate: int, paused_ms: int) -> None:
        if stream not in self.ended:
            self._deliver(lambda: put_stream(stream, rate, paused_ms=paused_ms))

    def _follow(self, stream: str) -> None:
        if stream not in self.ended:
            self._deliver(lambda: metering.follow_stream(stream, now=self.instant))

    def _end_stream(self, stream: str, rate: int) -> None:
        self.ended.add(stream)
        before = lookup.stream(stream)
        pauses = {"paused_at": before.paused_at, "paused_ms": before.paused_ms}
        self._deliver(lambda: put_stream(stream, rate, status="ENDED", ended_at=self.instant, **pauses))
        for viewer in self.viewers:
            if viewer.stream == stream and not viewer.oracle.over:
                viewer.oracle.go_off_air(self.now - viewer.began)
        for _ in range(2):
            delay = self.random.randrange(500, 20 * SECOND)
            self.later(self.now + delay, lambda: self._settle_stream(stream), stream)

    def _settle_stream(self, stream: str) -> None:
        self._deliver(lambda: metering.follow_stream(stream, now=self.instant))
        self.count("streams settled")

    def _enter(self, number: int, streams: dict[str, int]) -> None:
        stream = self.random.choice(sorted(streams))
        cost = -(-streams[stream] // 6)
        intervals = self.minutes * 6
        rich = self.random.random() < 0.75
        funds = cost * (intervals + 10 if rich else self.random.randrange(1, intervals)) + self.random.randrange(2000)
        vanishes = self.random.random() < 0.3
        began = self.random.randrange(30 * SECOND)
        stays = self.random.randrange(intervals) if vanishes else intervals
        viewer = Viewer(
            user=f"usr_{self.share}_{number}",
            stream=stream,
            operation=f"opn-{self.share}-{number}",
            began=began,
            oracle=Oracle(cost, max(funds, 1000)),
            ends=stays,
            leaves=not vanishes,
            hint=self.random.random() >= 0.1,
        )
        self.viewers.append(viewer)
        self._fund(viewer, viewer.oracle.funds, "start")
        if not rich and self.random.random() < 0.4:
            self.later(began + self.random.randrange(intervals) * INTERVAL, lambda: self._top_up(viewer), viewer.user)
        self.later(began, lambda: self._join(viewer), viewer.user)

    def _fund(self, viewer: Viewer, amount: int, name: str) -> None:
        reference = wallet.Reference("PAYMENT", f"{viewer.user}-{name}")
        wallet.deposit(viewer.user, amount, reference=reference, now=self.instant)

    def _top_up(self, viewer: Viewer) -> None:
        if viewer.oracle.over:
            return
        amount = viewer.oracle.cost * 40
        self._deliver(lambda: self._fund(viewer, amount, "more"), at_last=lambda: self._topped_up(viewer, amount))

    def _topped_up(self, viewer: Viewer, amount: int) -> None:
        viewer.oracle.funds += amount
        self.count("top-ups")

    def _deliver(self, work: Callable[[], Any], *, at_last: Callable[[], None] = lambda: None, tries: int = 50) -> None:
        """Do a message's work; when it dies the message comes again. Here at once: it is as good as later."""
        for _ in range(tries):
            try:
                work()
            except (Unavailable, faults.Crash):
                self._wire.revive()
                continue
            at_last()
            return
        raise AssertionError("a message never got through")

    def _collect(self) -> None:
        for message in self._queues.taken():
            body = message.body
            self.count("checks asked for")
            who = self._of[body["pk"].removeprefix("VIEWING#")]
            late = self.random.choice((0, 0, 12 * SECOND))
            self.later(self.now + message.seconds * SECOND + late, lambda body=body: self._check(body), who)

    def _sweep(self) -> None:
        """Sweep, if the schedule fires at all: every tenth time it does not."""
        if self.now < self.minutes * 60 * SECOND and self.random.random() < 0.1:
            self.count("sweeps missed")
            return
        sweep(ViewingItem, DUE_KIND, now=self.instant)

    def _check(self, body: dict[str, Any]) -> None:
        until = from_ms(body["until"])
        try:
            metering.check(body["pk"], body["sk"], until=until, now=self.instant)
            self.count("checks")
        except (Unavailable, faults.Crash):
            self._wire.revive()
            self.count("checks that died")
            who = self._of[body["pk"].removeprefix("VIEWING#")]
            self.later(self.now + REDELIVERY, lambda: self._check(body), who)

    def _join(self, viewer: Viewer) -> None:
        def join() -> None:
            now = START + timedelta(milliseconds=viewer.began)
            joined = metering.join(
                viewer.stream, viewer.user, operation=viewer.operation, seen=viewer.oracle.cost * 6, now=now
            )
            viewer.session = joined.session_id

        self._deliver(join)
        self._of[viewer.session] = viewer.user
        if self.random.random() < 0.95:
            at = self.random.randrange(SECOND)
            self.later(viewer.began + at, lambda: self._let_in(viewer), viewer.user)
        self._plan(viewer, 0)

    def _let_in(self, viewer: Viewer) -> None:
        """Issue the token of the room, sometimes twice."""

        def let_in() -> None:
            at = START + timedelta(milliseconds=self.now)
            metering.let_in(viewer.stream, viewer.session, viewer.user, now=at)

        self._deliver(let_in, at_last=lambda: self._let(viewer))
        if self.random.random() < 0.2:
            self._deliver(let_in)
        self.count("let in")

    def _let(self, viewer: Viewer) -> None:
        viewer.oracle.admitted = self.now - viewer.began

    def _plan(self, viewer: Viewer, index: int) -> None:
        """Plan the next tick of a player, or its end."""
        if viewer.gone:
            return
        began = viewer.began + viewer.oracle.lost(self.now - viewer.began)
        if index >= viewer.ends:
            at = began + index * INTERVAL + self.random.randrange(5 * SECOND)
            self.later(at, lambda: self._end(viewer), viewer.user)
            return
        at = began + index * INTERVAL + self.random.randrange(300)
        times = self.random.choices(*zip(*DELIVERED, strict=True))[0]
        self.count(f"ticks delivered {times} times")
        if times == 0:
            self.later(at, lambda: self._plan_after_gap(viewer, index + 1), viewer.user)
            return
        if self.random.random() < self.sleepy:
            self.count("sleepers")
            at += self.random.randrange(8 * SECOND, 20 * SECOND)
        elif self.random.random() < 0.02:
            self.later(at - 4 * SECOND, lambda: self._send(viewer, index, 0), viewer.user)
        self.later(max(at, self.now), lambda: self._send(viewer, index, PATIENCE), viewer.user)
        for _ in range(times - 1):
            delay = self.random.choice((50, 500, 3 * SECOND, 12 * SECOND, 40 * SECOND))
            self.later(at + self.random.randrange(delay), lambda: self._send(viewer, index, 0), viewer.user)

    def _plan_after_gap(self, viewer: Viewer, index: int) -> None:
        """A player that could not send a tick sends the next as soon as it is taken."""
        at = viewer.began + viewer.oracle.lost(self.now - viewer.began) + index * INTERVAL - 900
        ended = index >= viewer.ends
        act = (lambda: self._plan(viewer, index)) if ended else lambda: self._send(viewer, index, PATIENCE)
        self.later(at, act, viewer.user)

    def _send(self, viewer: Viewer, index: int, patience: int) -> None:
        """Deliver a tick and hold its answer to the oracle's. A player with patience goes on from it."""
        at = self.now - viewer.began
        expected = viewer.oracle.verdict(index, at)
        body = MeterTick(stream_id=viewer.stream, session_id=viewer.session, interval_index=index, playback_ms=INTERVAL)
        answer = self._answer(lambda: metering.charge(viewer.user, body, now=self.instant))
        self.count(f"tick {answer}")
        self._take(viewer, index, at, expected, answer)
        if not patience:
            return
        if answer == "unknown":
            self.later(self.now + SECOND, lambda: self._send(viewer, index, patience - 1 or 1), viewer.user)
        elif answer in {"done", "AlreadyProcessed"}:
            self._plan(viewer, index + 1)
        elif answer == "TickTooLate":
            self._plan(viewer, viewer.oracle.clock(at) // INTERVAL)
        elif answer == "ViewingPaused" or (answer == "TickTooEarly" and viewer.oracle.pauses):
            self.later(self.now + 3 * SECOND, lambda: self._send(viewer, index, patience), viewer.user)
        else:
            viewer.gone = True

    def _answer(self, work: Callable[[], Any]) -> str:
        try:
            work()
        except (Unavailable, faults.Crash):
            self._wire.revive()
            return "unknown"
        except DomainError as refused:
            return type(refused).__name__
        return "done"

    def _take(self, viewer: Viewer, index: int, at: int, expected: str, answer: str) -> None:
        oracle = viewer.oracle
        item = read_viewing(viewer.session) if answer == "unknown" else None
        if item:
            took = expected == "done" and item.last_index >= index
            answer = "done" if took else expected if item.status == "ENDED" else "unknown"
        off_air = oracle.off_air is not None and at > oracle.off_air
        heard_early = answer == "ViewingPaused" and oracle.is_without_picture(at) and not oracle.is_known_to_pause(at)
        ended_early = off_air and answer == "SessionEnded"
        if answer not in {expected, "unknown"} and not (item or heard_early or ended_early):
            self.wrong.append(f"{viewer.user} tick {index} at {at}: {answer}, should be {expected}")
        if answer == "done":
            oracle.charge(index, at)
        if answer in {"SessionEnded", "CreditsExhausted"}:
            oracle.end(answer, at)

    def _end(self, viewer: Viewer) -> None:
        """A viewer leaves, or just vanishes; LiveKit may tell."""
        if viewer.gone:
            return
        viewer.gone = True
        self.count("left" if viewer.leaves else "vanished")
        if viewer.leaves:
            self._leave(viewer, PATIENCE)
        elif viewer.hint:
            heard = self.now + self.random.randrange(SECOND)
            for late in (SECOND, SECOND, 25 * SECOND):
                self.later(heard + late, lambda: self._report(viewer, heard), viewer.user)
        else:
            self.count("hints lost")

    def _report(self, viewer: Viewer, heard: int) -> None:
        """LiveKit's word that a viewer left is worked, more than once."""
        at = START + timedelta(milliseconds=heard)
        self._deliver(lambda: metering.viewer_left(viewer.session, at=at, now=self.instant))
        viewer.oracle.end("SessionEnded", heard - viewer.began)

    def _leave(self, viewer: Viewer, patience: int) -> None:
        answer = self._answer(lambda: metering.leave(viewer.stream, viewer.session, viewer.user, now=self.instant))
        self.count(f"leave {answer}")
        item = read_viewing(viewer.session)
        if answer == "done" or (item and item.status == "ENDED"):
            viewer.oracle.end("SessionEnded", self.now - viewer.began)
        if answer == "unknown" and patience:
            self.later(self.now + SECOND, lambda: self._leave(viewer, patience - 1), viewer.user)


@dataclass(frozen=True)
class Share:
    """What one process's viewers came to.

    Attributes:
        sessions: by session, its reason to end, the cost of an interval, what was due and what was charged.
        counts: what happened how often.
        wrong: answers and books that should be different.
    """

    sessions: dict[str, tuple[str, int, int, int]]
    counts: Counter[str]
    wrong: list[str]


def simulate(seed: int, *, share: int, viewers: int, minutes: int, rate: float, sleepy: float = 0.0005) -> Share:
    """Let one share of the viewers watch on the tables of the present stage.

    Args:
        seed: of everything drawn.
        share: which.
        viewers: how many.
        minutes: how long.
        rate: share of the writes that meet a fault.
        sleepy: share of the ticks before which a player stops for a while.
    """
    simulation = Simulation(seed, share=share, viewers=viewers, minutes=minutes, rate=rate, sleepy=sleepy)
    simulation.run()
    books = money.books()
    wrong, sessions = simulation.wrong + money.problems(books), {}
    for viewer in simulation.viewers:
        item = books.viewings[viewer.session]
        charged, ran_out = books.charged(viewer.session), to_ms(item.clock) + (item.last_index + 1) * INTERVAL
        sessions[viewer.session] = (item.ended_reason, viewer.oracle.cost, viewer.oracle.due, charged)
        if item.status != "ENDED":
            wrong.append(f"{viewer.user} still watches")
        elif item.ended_reason == "exhausted" and to_ms(item.ended_at) > ran_out + 20 * SECOND:
            wrong.append(f"{viewer.user} watched on without credits")
    return Share(sessions, simulation.counts, wrong)
