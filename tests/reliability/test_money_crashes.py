"""R-06: a function may die before and after each of its storage calls; delivered again, its effect is there once.

And it comes to the same where every read that need not be consistent is late.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from shared.kernel.errors import DomainError
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.client import dynamodb
from shared.live import metering
from shared.live.metering import joining, sessions, sweep, ticks
from shared.live.metering.joining import session_id_of
from shared.live.metering.schemas import MeterTick
from shared.wallet import adjustments, books, journal, projection, reconciliation
from shared.wallet.items import AccountItem, AdjustedItem, account_pk
from shared.wallet.rules import HoldSize, Reference
from shared.wallet.schemas import AdjustmentDecision, AdjustmentRequest
from tests import faults, money, mutants, queues
from tests.bank import put_stream
from tests.clock import START
from tests.figures import tell
from tests.mutants import Mutant

CALLS = (*faults.WRITES, "GetItem", "Query", "BatchGetItem")
MODULES = (adjustments, journal, joining, projection, reconciliation, sessions, sweep, ticks)
STORAGE = {"get", "query", "query_all", "transact", "commit", "send"}
READ_ONLY = {"intervals", "check_invariants", "_accounts", "_report", "own_viewing", "waiting"}
"""Functions of these modules that move nothing."""

RATE = 6001
COST = 1001
LEASE = 48


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@dataclass(frozen=True)
class Run:
    """One run of a use case, with a user of its own."""

    user: str

    @property
    def stream(self) -> str:
        return f"str-{self.user}"

    @property
    def creator(self) -> str:
        return f"creator-{self.user}"

    @property
    def session(self) -> str:
        return session_id_of(self.stream, f"opn-{self.user}")

    def deposit(self, amount: int = 100_000, *, bonus: int = 0) -> None:
        reference = Reference("PAYMENT", f"pay-{self.user}-{amount}")
        journal.deposit(self.user, amount, bonus=bonus, reference=reference, now=START)

    def adjust(self) -> None:
        reference = Reference("ADMIN", f"adj-{self.user}")
        journal.adjust(self.user, -60_000, reference=reference, reason="crash", admin_id="usr_admin", now=START)

    def correct(self, amount: str, **more: str) -> None:
        body = AdjustmentRequest(user_id=self.user, amount=amount, reason_code="OTHER", reason="crash", **more)
        adjustments.adjust(body, admin_id=f"admin-{self.user}", operation=self.user, now=START)

    def decide(self, decision: str) -> None:
        correction = derived_id("adj", self.user)
        body = AdjustmentDecision(decision=decision, note="crash")
        adjustments.decide(correction, body, admin_id="usr_second", now=after(30))

    def give_back(self) -> None:
        self.correct("30", type="REFUND", corrects=f"ADMIN#adj-{self.user}")

    def open_hold(self) -> None:
        size, expires_at = HoldSize(30_000, 1000), after(60)
        journal.open_hold(self.user, "h", size, purpose="crash", expires_at=expires_at, now=START, beside=lambda *_: ())

    def extend_hold(self) -> None:
        journal.extend_hold(self.user, "h", HoldSize(5000, 1000), held=30_000, beside=lambda *_: ())

    def settle_hold(self) -> None:
        journal.settle_hold(
            self.user,
            "h",
            held=30_000,
            used=12_345,
            reference=Reference("METER_EVENT", f"h-{self.user}"),
            earner=self.creator,
            earner_permille=700,
            now=after(30),
            beside=(),
        )

    def expire_hold(self) -> None:
        journal.expire_hold(account_pk(self.user), "HOLD#h", now=after(60))

    def falsify(self) -> None:
        key = AccountItem.key(account_pk(self.user), "ACCOUNT")
        change = {"UpdateExpression": "SET available = :a", "ExpressionAttributeValues": {":a": {"N": "101000"}}}
        dynamodb().update_item(TableName=AccountItem.table(), Key=key, **change)

    def reconcile(self) -> None:
        reconciliation.reconcile(self.user, apply=True, reason="crash", admin_id="usr_admin", now=after(60))

    def project(self) -> None:
        for row in money.rows("wallet"):
            if row["pk"]["S"] == f"TXN#METER_EVENT#h-{self.user}":
                projection.project(row)

    def catch_up(self) -> None:
        projection.catch_up(reads.get(AccountItem, account_pk(self.user), "ACCOUNT"))

    def project_first(self) -> None:
        for row in money.rows("wallet"):
            if row["pk"]["S"].startswith(f"TXN#PAYMENT#pay-{self.user}"):
                projection.project(row)

    def live(self, **changes: Any) -> None:
        put_stream(self.stream, RATE, creator_id=self.creator, **changes)

    def join(self) -> None:
        metering.join(self.stream, self.user, operation=f"opn-{self.user}", seen=RATE, now=START)

    def join_late(self) -> None:
        """Join a stream that ends at that moment; what a dead function left is the sweep's."""
        opened = joining._open
        joining._open = lambda *arguments: (opened(*arguments), self.live(status="ENDED", ended_at=START))
        try:
            if sessions.read_viewing(self.session):
                self.live(status="ENDED", ended_at=START)
            with suppress(DomainError):
                self.join()
        finally:
            joining._open = opened
        self.check(1)

    def join_elsewhere(self) -> None:
        metering.join(self.stream, self.user, operation=f"opn-2-{self.user}", seen=RATE, now=after(15))

    def let_in(self) -> None:
        metering.let_in(self.stream, self.session, self.user, now=after(1))

    def tick(self, index: int, at: float) -> None:
        body = MeterTick(stream_id=self.stream, session_id=self.session, interval_index=index, playback_ms=10_000)
        metering.charge(self.user, body, now=after(at))

    def watch(self, count: int) -> None:
        for index in range(count):
            self.tick(index, 10 * index)

    def leave(self) -> None:
        metering.leave(self.stream, self.session, self.user, now=after(35))

    def check(self, at: float) -> None:
        metering.check(f"VIEWING#{self.session}", "VIEWING", until=after(at + 75), now=after(at))

    def settle_stream(self) -> None:
        put_stream(self.stream, RATE, creator_id=self.creator, status="ENDED", ended_at=after(15))
        metering.follow_stream(self.stream, now=after(40))

    def void_hold(self) -> None:
        why, once = "A test of crashes", f"opn-{self.user}"
        adjustments.void(self.user, "h", why, admin_id="usr_admin", operation=once, now=after(9))

    def pause(self) -> None:
        put_stream(self.stream, RATE, creator_id=self.creator, status="PAUSED", paused_at=after(15))
        metering.follow_stream(self.stream, now=after(16))

    def settle_user(self) -> None:
        metering.settle_user(self.user, now=after(15))

    def refresh(self) -> None:
        metering.refresh(self.user)

    def expire_lease(self) -> None:
        journal.expire_hold(account_pk(self.user), f"HOLD#{self.session}", now=after(14 * 3600))

    def watching(self, count: int = 3, amount: int = 100_000) -> None:
        self.deposit(amount)
        self.live()
        self.join()
        self.watch(count)


@dataclass(frozen=True)
class Case:
    """A use case: what comes before, and what is to have its effect once."""

    prepare: Callable[[Run], Any]
    act: Callable[[Run], Any]


def _steps(*steps: Callable[[Run], Any]) -> Callable[[Run], None]:
    def play(run: Run) -> None:
        for step in steps:
            step(run)

    return play


CASES = {
    "deposit": Case(_steps(), Run.deposit),
    "deposit with bonus": Case(Run.deposit, lambda run: run.deposit(5000, bonus=500)),
    "adjust": Case(Run.deposit, Run.adjust),
    "correct alone": Case(Run.deposit, lambda run: run.correct("-60")),
    "ask a second person": Case(Run.deposit, lambda run: run.correct("600")),
    "approve": Case(_steps(Run.deposit, lambda run: run.correct("600")), lambda run: run.decide("APPROVE")),
    "reject": Case(_steps(Run.deposit, lambda run: run.correct("600")), lambda run: run.decide("REJECT")),
    "give back": Case(_steps(Run.deposit, Run.adjust), Run.give_back),
    "open account": Case(_steps(), lambda run: journal.open_account(run.user)),
    "open hold": Case(Run.deposit, Run.open_hold),
    "extend hold": Case(_steps(Run.deposit, Run.open_hold), Run.extend_hold),
    "settle hold": Case(_steps(Run.deposit, Run.open_hold), Run.settle_hold),
    "void hold": Case(_steps(Run.deposit, Run.open_hold), Run.void_hold),
    "expire hold": Case(_steps(Run.deposit, Run.open_hold), Run.expire_hold),
    "reconcile": Case(_steps(Run.deposit, Run.falsify), Run.reconcile),
    "project": Case(_steps(Run.deposit, Run.open_hold, Run.settle_hold), Run.project),
    "project first": Case(Run.deposit, Run.project_first),
    "catch up": Case(_steps(Run.deposit, Run.open_hold), Run.catch_up),
    "join": Case(_steps(Run.deposit, Run.live), Run.join),
    "join what ends": Case(_steps(Run.deposit, Run.live), Run.join_late),
    "tick in turn": Case(Run.watching, lambda run: run.tick(3, 30)),
    "tick after a gap": Case(Run.watching, lambda run: run.tick(4, 39)),
    "tick again": Case(Run.watching, lambda run: run.tick(1, 30)),
    "tick of an earlier lease": Case(lambda run: run.watching(LEASE + 1), lambda run: run.tick(1, 10 * LEASE + 5)),
    "tick too early": Case(Run.watching, lambda run: run.tick(4, 30)),
    "tick too late": Case(_steps(Run.watching, lambda run: run.tick(3, 38)), lambda run: run.tick(4, 57)),
    "tick that renews": Case(lambda run: run.watching(LEASE), lambda run: run.tick(LEASE, 10 * LEASE)),
    "tick that runs dry": Case(lambda run: run.watching(3, 3500), lambda run: run.tick(3, 30)),
    "tick after silence": Case(Run.watching, lambda run: run.tick(4, 45)),
    "tick after the end": Case(_steps(Run.watching, Run.leave), lambda run: run.tick(3, 40)),
    "leave": Case(Run.watching, Run.leave),
    "check of a silent one": Case(Run.watching, lambda run: run.check(60)),
    "check of a watched one": Case(Run.watching, lambda run: run.check(30)),
    "check off air": Case(
        _steps(Run.watching, lambda run: run.live(status="ENDED", ended_at=after(15))), lambda run: run.check(35)
    ),
    "check without hold": Case(_steps(Run.watching, Run.expire_lease), lambda run: run.check(15 * 3600)),
    "let in": Case(lambda run: run.watching(0), Run.let_in),
    "let in again": Case(_steps(lambda run: run.watching(0), Run.let_in), Run.let_in),
    "leave without a tick": Case(_steps(lambda run: run.watching(0), Run.let_in), Run.leave),
    "leave beyond the lease": Case(
        _steps(lambda run: run.watching(0), Run.let_in, lambda run: run.watch(LEASE)),
        lambda run: metering.leave(run.stream, run.session, run.user, now=after(10 * LEASE + 9)),
    ),
    "take over": Case(_steps(lambda run: run.watching(0), Run.let_in), Run.join_elsewhere),
    "hint": Case(Run.watching, lambda run: metering.viewer_left(run.session, at=after(24), now=after(25))),
    "settle stream": Case(Run.watching, Run.settle_stream),
    "pause": Case(Run.watching, Run.pause),
    "refresh": Case(Run.watching, Run.refresh),
    "settle user": Case(Run.watching, Run.settle_user),
    "settle stream of two leases": Case(lambda run: run.watching(LEASE + 1), Run.settle_stream),
}


@dataclass
class Sites:
    """The places in the code under test that call storage, and which of them were crashed at."""

    every: dict[str, set[range]] = field(default_factory=dict)
    met: set[tuple[str, int]] = field(default_factory=set)

    def meet(self) -> None:
        """Note where the present call comes from."""
        frame: Any = sys._getframe()
        while frame:
            self.met.add((frame.f_code.co_filename, frame.f_lineno))
            frame = frame.f_back

    def missed(self) -> list[str]:
        """Return the places that no call came from."""
        return [
            f"{Path(file).name}:{lines.start}"
            for file, places in self.every.items()
            for lines in places
            if not any((file, line) in self.met for line in lines)
        ]


def _storage_calls(module: ModuleType) -> Iterator[range]:
    tree = ast.parse(Path(str(module.__file__)).read_text())
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name not in READ_ONLY):
        for node in ast.walk(function):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                owner = getattr(node.func, "value", None)
                if name in STORAGE and (owner is None or getattr(owner, "id", "") == "reads"):
                    yield range(node.lineno, (node.end_lineno or node.lineno) + 1)


def _effect(found: money.Books, user: str) -> dict[str, Any]:
    """Return everything that a run left, without names."""
    account = found.accounts.get(user)
    return {
        "account": account and (account.available, account.held, account.sequence, account.open_holds),
        "entries": [(line.type, line.amount) for line in found.entries[user]],
        "holds": [(hold.amount, hold.status, hold.used) for hold in found.holds[user].values()],
        "viewings": [
            (item.status, item.ended_reason, item.ended_at, item.last_index, item.held, item.lease_left, item.charged)
            for item in found.viewings.values()
            if item.user_id == user
        ],
        "correction": _correction(user),
        "events": {name: count for name, count in found.events.items() if name.endswith(f" {user}")},
        "earned": books.account_balance(f"creator:creator-{user}"),
    }


def _correction(user: str) -> tuple[Any, ...]:
    """Return what became of a correction, and what its administrator moved alone."""
    item = adjustments._find(derived_id("adj", user))
    alone = reads.get(AdjustedItem, f"ADMIN#admin-{user}", f"DAY#{START.date().isoformat()}")
    return item and (item.status, item.decided_by, item.due_shard), alone and alone.total


def _nameless(effect: dict[str, Any]) -> dict[str, Any]:
    """Return an effect as it is whatever its holds and sessions are called: their order is that of their names."""
    events = {name.split()[0]: count for name, count in effect["events"].items()}
    return effect | {"events": events, **{kind: sorted(effect[kind], key=str) for kind in ("holds", "viewings")}}


def _wrong(found: money.Books) -> list[str]:
    """Return every way in which the books do not add up, but for the account that was falsified to be reconciled."""
    return [problem for problem in money.problems(found) if not re.match(r"usr-(\w+-)?reconcile\b", problem)]


def _act(case: Case, run: Run) -> None:
    with suppress(DomainError):
        case.act(run)


def _die(case: Case, run: Run, position: int, kind: str) -> None:
    """Die at one storage call, then come again."""
    case.prepare(run)
    with faults.injected(faults.script(*[None] * position, kind), operations=CALLS) as wire:
        with pytest.raises(faults.Crash):
            case.act(run)
        assert wire.seen == {kind: 1}
    _act(case, run)


def _calls(case: Case, run: Run, sites: Sites) -> int:
    """Run a case undisturbed and return how many storage calls it makes."""
    case.prepare(run)
    with faults.injected(lambda _: sites.meet(), operations=CALLS) as wire:
        _act(case, run)
    return wire.calls.total()


@pytest.mark.soak
@pytest.mark.covers("R-06", "S-W-15", "S-W-17", "X-W-05", "X-W-34", "X-W-36")
def test_every_money_use_case_may_die_at_every_storage_call(stage: str) -> None:
    sites = Sites({str(module.__file__): set(_storage_calls(module)) for module in MODULES})
    runs: dict[str, list[str]] = {}
    calls: dict[str, int] = {}
    with queues.watched():
        for name, case in CASES.items():
            plain = f"usr-{name.replace(' ', '_')}"
            calls[name] = _calls(case, Run(plain), sites)
            runs[plain] = []
            for position in range(calls[name]):
                for kind in (faults.CRASH_BEFORE, faults.CRASH_AFTER):
                    runs[plain].append(f"{plain}-{position}-{kind}")
                    _die(case, Run(runs[plain][-1]), position, kind)
    books = money.books()
    wrong = _wrong(books)
    crashes = sum(map(len, runs.values()))
    tell({"cases": len(CASES), "calls": calls, "crashes": crashes, "sites": sum(map(len, sites.every.values()))})
    for plain, repeats in runs.items():
        expected = _nameless(_effect(books, plain))
        for user in repeats:
            assert _nameless(_effect(books, user)) == expected, user
    assert wrong == []
    assert crashes == 2 * sum(calls.values())
    assert all(calls.values())
    assert sites.missed() == []


BY_INDEX = {"settle stream", "settle stream of two leases"}
"""What an index finds may be late: whom these miss, the check of each session settles."""

PLAIN = {name: case for name, case in CASES.items() if name not in BY_INDEX}


def _differ(cases: dict[str, Case]) -> list[str]:
    """Run cases in time, and where all late reads are late; return those that came to something else."""

    def played(when: str) -> dict[str, tuple[str, Run]]:
        runs = {name: Run(f"usr-{when}-{name.replace(' ', '_')}") for name in cases}
        return {name: (_answered(cases[name], run), run) for name, run in runs.items()}

    in_time = played("time")
    with faults.injected(faults.script(), stale=1):
        late = played("late")
    books = money.books()
    effects = [
        {name: (answer, _nameless(_effect(books, run.user))) for name, (answer, run) in runs.items()}
        for runs in (in_time, late)
    ]
    return [name for name in cases if effects[0][name] != effects[1][name]]


def _answered(case: Case, run: Run) -> str:
    """Return what a case ended with."""
    case.prepare(run)
    try:
        case.act(run)
    except (DomainError, LookupError) as refused:
        return type(refused).__name__
    return "done"


@pytest.mark.covers("R-06")
def test_every_money_use_case_comes_to_the_same_where_reads_are_late(stage: str) -> None:
    with queues.watched():
        assert _differ(PLAIN) == []
    assert _wrong(money.books()) == []


@pytest.mark.covers("R-04")
@pytest.mark.parametrize(
    ("bug", "case"),
    [
        (
            Mutant("an earlier lease is read late", ticks.__name__, "_lease_of", "=True)", "=True, consistent=False)"),
            "tick of an earlier lease",
        ),
        (
            Mutant("a hold is read late", journal.__name__, "expire_hold", "pk, sk)", "pk, sk, consistent=False)"),
            "expire hold",
        ),
        (
            Mutant("an account is read late", journal.__name__, "read_account", "SK)", "SK, consistent=False)"),
            "adjust",
        ),
    ],
    ids=["lease", "hold", "account"],
)
def test_a_read_made_late_is_found(stage: str, bug: Mutant, case: str) -> None:
    with queues.watched(), mutants.planted(bug):
        assert _differ({case: CASES[case]}) == [case]
