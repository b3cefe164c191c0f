"""A bank under load: many operations, each delivered several times by several workers over a wire that fails."""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from shared import wallet
from shared.kernel.errors import DomainError, Unavailable
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit
from shared.live import metering
from shared.live.items import STREAM_SK, Stream, stream_pk
from shared.live.metering.joining import session_id_of
from shared.live.metering.schemas import MeterTick
from shared.wallet import journal
from shared.wallet.items import HoldItem, account_pk
from shared.wallet.rules import HoldSize, Reference
from tests import faults
from tests.clock import START
from tests.money import Books

WORKERS = 8
TICKS = 12
RATE = 6001
CREATOR = "usr_creator"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to be done once, however often it is delivered."""

    id: str
    kind: str
    user: str
    at: datetime
    amount: int = 0
    about: str = ""
    index: int = 0

    @property
    def reference(self) -> tuple[str, str] | None:
        """What the journal would know it by."""
        match self.kind:
            case "deposit":
                return ("PAYMENT", self.id)
            case "adjust":
                return ("ADMIN", self.id)
            case "expire":
                return ("HOLD_EXPIRED", f"{self.user}#{self.about}")
            case "settle" | "leave":
                return ("METER_EVENT", self.about)
        return None


@dataclass(frozen=True, slots=True)
class Reply:
    """What one delivery was answered, and when it ran."""

    began: float
    ended: float
    name: str
    value: Any = None


def put_stream(
    stream_id: str,
    rate_per_minute: int,
    *,
    status: str = "LIVE",
    ended_at: datetime | None = None,
    creator_id: str = CREATOR,
    **changed: Any,
) -> None:
    """Store a stream, on air unless told otherwise."""
    stream = Stream(
        pk=stream_pk(stream_id),
        sk=STREAM_SK,
        creator_id=creator_id,
        title="Sunday strings",
        category="Music",
        category_id="music",
        status=status,
        premium_permille=1000,
        rate_per_minute=rate_per_minute,
        viewers=0,
        created_at=START,
        started_at=START,
        ended_at=ended_at,
        **changed,
    )
    commit(Put(stream))


def bonus_of(operation: Operation) -> int:
    """Return the bonus that comes with a deposit: a tenth, with every second one."""
    return operation.amount // 10 if operation.index % 2 else 0


def _single(source: random.Random, number: int, users: Sequence[str]) -> list[Operation]:
    user, at = source.choice(users), START + timedelta(seconds=source.randrange(3600))
    if source.random() < 0.6:
        return [Operation(f"pay-{number}", "deposit", user, at, source.randint(1, 40_000), index=number)]
    amount = source.choice((-1, -1, 1)) * source.randint(1, 30_000)
    return [Operation(f"adj-{number}", "adjust", user, at, amount)]


def _hold(source: random.Random, number: int, users: Sequence[str]) -> list[Operation]:
    user, hold = source.choice(users), f"hold-{number}"
    at = START + timedelta(seconds=source.randrange(3600))
    amount, more = source.randint(1, 9000), source.randint(1, 3000)
    last = source.choice(("settle", "settle", "expire", "early"))
    return [
        Operation(f"open-{number}", "hold", user, at, amount, hold),
        Operation(f"more-{number}", "extend", user, at, more, hold, index=amount),
        Operation(f"end-{number}", last, user, at, source.choice((0, amount // 2, amount)), hold, index=number),
    ]


def _viewing(source: random.Random, number: int, users: Sequence[str]) -> list[Operation]:
    user, at = source.choice(users), START + timedelta(seconds=source.randrange(3600))
    session = session_id_of(f"str_{number}", f"join-{number}")
    ticks = [
        Operation(f"tick-{number}-{index}", "tick", user, at + timedelta(seconds=10 * index), 0, session, index)
        for index in range(TICKS)
    ]
    left = at + timedelta(seconds=10 * TICKS)
    return [
        Operation(f"join-{number}", "join", user, at, 0, session),
        *ticks,
        Operation(f"leave-{number}", "leave", user, left, 0, session),
    ]


def operations(source: random.Random, count: int, users: Sequence[str]) -> list[list[Operation]]:
    """Draw operations in chains: those of a chain follow from each other."""
    chains: list[list[Operation]] = []
    left = count
    while left > 0:
        make = source.choices((_single, _hold, _viewing), (8, 3, 1))[0]
        chain = make(source, len(chains), users)[:left]
        chains.append(chain)
        left -= len(chain)
    return chains


def deliveries(source: random.Random, chains: Sequence[Sequence[Operation]], count: int) -> list[Operation]:
    """Draw in what order the operations come, each at least twice, a chain's mostly in its own order."""
    every = [(position, operation) for position, operation in enumerate(one for chain in chains for one in chain)]
    times = [2] * len(every)
    while sum(times) < count:
        times[source.randrange(len(times))] += 1
    begins = {}
    for chain in chains:
        begin = source.random() * len(every)
        begins |= {one.id: begin + 25 * step for step, one in enumerate(chain)}
    drawn = [
        (begins[one.id] + (source.expovariate(1 / 60) if repeat else source.random() * 10), position, one)
        for (position, one), repeats in zip(every, times, strict=True)
        for repeat in range(repeats)
    ]
    return [one for _, _, one in sorted(drawn, key=lambda delivery: delivery[:2])]


def _deposit(one: Operation) -> Any:
    reference = Reference("PAYMENT", one.id)
    return journal.deposit(one.user, one.amount, reference=reference, bonus=bonus_of(one), now=one.at)


def _adjust(one: Operation) -> Any:
    reference = Reference("ADMIN", one.id)
    return journal.adjust(one.user, one.amount, reference=reference, reason="soak", admin_id="usr_admin", now=one.at)


def _open(one: Operation) -> Any:
    size, expires_at = HoldSize(one.amount, one.amount), one.at + timedelta(hours=1)
    return journal.open_hold(
        one.user, one.about, size, purpose="soak", expires_at=expires_at, now=one.at, beside=lambda *_: ()
    )


def _extend(one: Operation) -> Any:
    size = HoldSize(one.amount, one.amount)
    return journal.extend_hold(one.user, one.about, size, held=one.index, beside=lambda *_: ())


def _settle(one: Operation) -> Any:
    hold = reads.get(HoldItem, account_pk(one.user), journal.hold_sk(one.about))
    if hold is None:
        raise wallet.errors.HoldClosed
    return journal.settle_hold(
        one.user,
        one.about,
        held=hold.amount,
        used=one.amount,
        reference=Reference("METER_EVENT", one.about),
        earner=CREATOR,
        earner_permille=700,
        now=one.at,
        beside=(),
    )


def _expire(one: Operation, minutes: int = 60) -> None:
    journal.expire_hold(account_pk(one.user), journal.hold_sk(one.about), now=one.at + timedelta(minutes=minutes))


def _expire_early(one: Operation) -> None:
    _expire(one, minutes=59)


def _stream(one: Operation) -> str:
    """Return the stream of a viewing: each has its own, because one user watches a stream once."""
    return f"str_{one.id.split('-')[1]}"


def _join(one: Operation) -> Any:
    return metering.join(_stream(one), one.user, operation=one.id, seen=RATE, now=one.at)


def _tick(one: Operation) -> Any:
    body = MeterTick(stream_id=_stream(one), session_id=one.about, interval_index=one.index, playback_ms=10_000)
    return metering.charge(one.user, body, now=one.at)


def _leave(one: Operation) -> Any:
    return metering.leave(_stream(one), one.about, one.user, now=one.at)


RUN: dict[str, Callable[[Operation], Any]] = {
    "deposit": _deposit,
    "adjust": _adjust,
    "hold": _open,
    "extend": _extend,
    "settle": _settle,
    "expire": _expire,
    "early": _expire_early,
    "join": _join,
    "tick": _tick,
    "leave": _leave,
}
"""What each kind of operation does, as its function would."""


@dataclass
class Soak:
    """What came of a soak.

    Attributes:
        operations: everything that was to be done.
        replies: by operation, every delivery's.
        faults: how often each kind of fault happened.
        crashes: exceptions that no caller should see, with their operation.
    """

    operations: list[Operation]
    replies: dict[str, list[Reply]] = field(default_factory=lambda: defaultdict(list))
    faults: Counter[str] = field(default_factory=Counter)
    crashes: list[str] = field(default_factory=list)

    def references(self) -> set[tuple[str, str]]:
        """Return every reference that the journal may hold."""
        found = {one.reference for one in self.operations if one.reference}
        return found | {("BONUS", one.id) for one in self.operations if one.kind == "deposit" and bonus_of(one)}

    def unknown(self) -> float:
        """Return the share of operations that no delivery was told the outcome of."""
        lost = [one for one in self.operations if all(reply.name == "unknown" for reply in self.replies[one.id])]
        return len(lost) / len(self.operations)


def soak(source_seed: int, *, count: int, times: int, users: int, rate: float, workers: int = WORKERS) -> Soak:
    """Deliver ``count`` operations ``times`` in all, with a share of the writes meeting faults."""
    source = random.Random(source_seed)
    names = [f"usr_{number}" for number in range(users)]
    starts = [[Operation(f"start-{name}", "deposit", name, START, 60_000)] for name in names]
    chains = _cut([*starts, *operations(source, count, names)], count)
    result = Soak([one for chain in chains for one in chain])
    for one in result.operations:
        if one.kind == "join":
            put_stream(_stream(one), RATE)

    def deliver(one: Operation) -> None:
        began = time.monotonic()
        try:
            name, value = "done", RUN[one.kind](one)
        except (Unavailable, faults.Crash):
            wire.revive()
            name, value = "unknown", None
        except DomainError as refused:
            name, value = type(refused).__name__, refused.data
        except Exception as failure:  # noqa: BLE001 - told in the result
            name, value = "unknown", None
            result.crashes.append(f"{one.kind}: {failure!r}")
        result.replies[one.id].append(Reply(began, time.monotonic(), name, value))

    with (
        faults.injected(faults.at_random(source_seed, rate), stale=rate, seed=source_seed) as wire,
        ThreadPoolExecutor(workers) as pool,
    ):
        list(pool.map(deliver, deliveries(source, chains, times)))
    result.faults = wire.seen
    return result


def _cut(chains: Sequence[list[Operation]], count: int) -> list[list[Operation]]:
    kept: list[list[Operation]] = []
    for chain in chains:
        kept.append(chain[: count - sum(map(len, kept))])
        if sum(map(len, kept)) == count:
            break
    return kept


Check = Callable[[Operation, list[Reply], Books], Iterator[str]]


def wrong_replies(result: Soak, found: Books) -> list[str]:
    """Return every reply that the books do not bear out."""
    wrong = []
    for one in result.operations:
        replies = result.replies[one.id]
        wrong += [f"{one.id}: {problem}" for problem in _CHECKS[one.kind](one, replies, found)]
        wrong += [f"{one.id}: {problem}" for problem in _refused_after_done(one, replies)]
    return wrong


def _done(replies: list[Reply]) -> list[Any]:
    return [reply.value for reply in replies if reply.name == "done"]


def _refused_after_done(one: Operation, replies: list[Reply]) -> Iterator[str]:
    """A refusal for want of credits must not follow the answer that it was done."""
    ends = [reply.ended for reply in replies if reply.name == "done"]
    if one.kind in {"deposit", "adjust", "join"} and ends:
        for reply in replies:
            if reply.name == "InsufficientCredits" and reply.began > min(ends):
                yield "was done, and then refused for want of credits"


def _posted(one: Operation, replies: list[Reply], found: Books) -> Iterator[str]:
    posted, done = found.journal.get(one.reference or ("", "")), _done(replies)
    if posted is None:
        if done:
            yield "was acknowledged and is missing"
        return
    if posted.postings[f"customer:{one.user}"] != one.amount:
        yield "has another amount"
    if {value.sequence for value in done} - {posted.sequence}:
        yield "was told another entry"
    if sum(not value.replayed for value in done) > 1:
        yield "was acknowledged as new twice"
    if one.kind == "deposit":
        given = found.journal.get(("BONUS", one.id))
        if (given.postings[f"customer:{one.user}"] if given else 0) != bonus_of(one):
            yield "has another bonus"


def _opened(one: Operation, replies: list[Reply], found: Books) -> Iterator[str]:
    hold, done = found.holds[one.user].get(one.about), _done(replies)
    if hold is None and (done or any(reply.name == "HoldClosed" for reply in replies)):
        yield "was acknowledged and is missing"
    if {value.amount for value in done} - {one.amount}:
        yield "was granted another amount"
    if len(done) > 1:
        yield "was opened twice"


def _extended(one: Operation, replies: list[Reply], found: Books) -> Iterator[str]:
    hold, done = found.holds[one.user].get(one.about), _done(replies)
    if done and (hold is None or hold.amount != one.index + one.amount):
        yield "was acknowledged and is missing"
    if len(done) > 1:
        yield "was extended twice"


def _settled(one: Operation, replies: list[Reply], found: Books) -> Iterator[str]:
    hold, done = found.holds[one.user].get(one.about), _done(replies)
    if done and (hold is None or hold.status != "SETTLED" or hold.used != one.amount):
        yield "was acknowledged and is missing"
    if len(done) > 1:
        yield "was settled twice"
    posted = found.journal.get(("METER_EVENT", one.about))
    if (posted.postings[f"customer:{one.user}"] if posted else 0) != -(hold.used or 0 if hold else 0):
        yield "came to something else"


def _expired(one: Operation, replies: list[Reply], found: Books) -> Iterator[str]:
    hold = found.holds[one.user].get(one.about)
    if one.kind == "early" and hold and hold.status != "OPEN":
        yield "expired before its time"


def _joined(one: Operation, replies: list[Reply], found: Books) -> Iterator[str]:
    if _done(replies) and one.about not in found.viewings:
        yield "was acknowledged and is missing"


def _ticked(one: Operation, replies: list[Reply], found: Books) -> Iterator[str]:
    charged = [reply.value for reply in replies if reply.name in {"done", "AlreadyProcessed"}]
    item = found.viewings.get(one.about)
    if charged and (item is None or item.last_index < one.index):
        yield "was acknowledged and is missing"
    if len({value.model_dump_json() for value in charged}) > 1:
        yield "was told different results"
    if len(_done(replies)) > 1:
        yield "was charged twice"


def _left(one: Operation, replies: list[Reply], found: Books) -> Iterator[str]:
    item, done = found.viewings.get(one.about), _done(replies)
    if done and (item is None or item.status != "ENDED" or {value.charged for value in done} != {item.charged}):
        yield "was told something else"


_CHECKS: dict[str, Check] = {
    "deposit": _posted,
    "adjust": _posted,
    "hold": _opened,
    "extend": _extended,
    "settle": _settled,
    "expire": _expired,
    "early": _expired,
    "join": _joined,
    "tick": _ticked,
    "leave": _left,
}
