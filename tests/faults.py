"""Faults at the door to DynamoDB: what happens is what would, if the network or the service failed behind it.

A fault is drawn for each try of the client that stands there, and its retries are played here, so that any client may
stand there. Every fault that happened is counted: a test whose faults never happened proves nothing.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Lock, get_ident

from shared.kernel.errors import Unavailable
from shared.kernel.storage.client import ATTEMPTS, CANCELLED, Reason, Refused
from tests.door import READS, WRITES, Call, Request, guarded
from tests.staleness import Late, late

STALE = "stale"
"""An eventually consistent read answered from before the last writes; drawn apart, since only such reads can be."""

THROTTLE, CONFLICT, BUSY = "throttle", "conflict", "busy"
SILENT_BEFORE, SILENT_AFTER, DUPLICATE = "silent-before", "silent-after", "duplicate"
CRASH_BEFORE, CRASH_AFTER = "crash-before", "crash-after"

KINDS = (THROTTLE, CONFLICT, BUSY, SILENT_BEFORE, SILENT_AFTER, DUPLICATE, CRASH_BEFORE, CRASH_AFTER)

_SENT = (SILENT_AFTER, DUPLICATE, CRASH_AFTER)


class Crash(BaseException):
    """The process died here. Whatever the code under test does about it, nothing of it reaches storage."""


Plan = Callable[[str], str | None]
"""Which fault, if any, meets a call of an operation."""


def script(*kinds: str | None) -> Plan:
    """Return a plan that plays these faults in order, one per request, and none after."""
    left = list(kinds)
    return lambda _operation: left.pop(0) if left else None


def at_random(seed: int, rate: float, kinds: Iterable[str] = KINDS) -> Plan:
    """Return a plan that meets a share of the requests with faults drawn alike."""
    source, choices, lock = random.Random(seed), tuple(kinds), Lock()

    def draw(_operation: str) -> str | None:
        with lock:
            return source.choice(choices) if source.random() < rate else None

    return draw


class Faults:
    """What happened under a plan.

    Attributes:
        seen: how often each kind of fault happened.
        calls: how many requests of each operation were tried.
    """

    def __init__(self, plan: Plan, operations: Iterable[str] = WRITES, copies: Late | None = None) -> None:
        self.plan = plan
        self.seen: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()
        self._operations = frozenset(operations)
        self._late = copies
        self._lock = Lock()
        self._dead: set[int] = set()

    def revive(self) -> None:
        """Let this thread, whose process died, be a new process."""
        self._dead.discard(get_ident())

    def catch_up(self) -> None:
        """Let late reads know of everything that was written until now."""
        if self._late:
            self._late.catch_up()

    def meet(self, operation: str, request: Request, call: Call) -> Request:
        """Stand in the way of one call (``tests.door.Guard``), and of each retry of the client's."""
        for _ in range(ATTEMPTS):
            if get_ident() in self._dead:
                raise Crash
            kind = self._drawn(operation, request) if operation in self._operations else None
            if self._late and operation in WRITES and kind in {None, *_SENT}:
                self._late.learn(operation, request, call)
            if self._late and operation in READS and kind is None:
                answer = self._late.answer(operation, request, call)
                self.seen[STALE] = self._late.seen
                return answer
            if kind in {None, DUPLICATE}:
                if kind:
                    _lost(operation, request, call)
                return call(operation, request)
            self._play(str(kind), operation, request, call)
        raise Unavailable

    def _drawn(self, operation: str, request: Request) -> str | None:
        kind = self.plan(operation)
        if kind == CONFLICT and operation != "TransactWriteItems":
            kind = THROTTLE
        with self._lock:
            self.calls[operation] += 1
            if kind:
                self.seen[kind] += 1
        return kind

    def _play(self, kind: str, operation: str, request: Request, call: Call) -> None:
        """Let a try fail: the client tries again after those that return."""
        if kind in _SENT:
            _lost(operation, request, call)
        if kind == CONFLICT:
            others = len(request["TransactItems"]) - 1
            raise Refused(CANCELLED, reasons=[Reason("TransactionConflict"), *[Reason("None")] * others])
        if kind in {CRASH_BEFORE, CRASH_AFTER}:
            self._dead.add(get_ident())
            raise Crash(kind)


def _lost(operation: str, request: Request, call: Call) -> None:
    """Make a call whose answer nobody gets."""
    with suppress(Refused, Unavailable):
        call(operation, request)


@contextmanager
def injected(plan: Plan, *, operations: Iterable[str] = WRITES, stale: float = 0, seed: int = 0) -> Iterator[Faults]:
    """Meet this process's calls with a plan's faults, without a client's waits before retries.

    Args:
        plan: which fault meets a try.
        operations: whose calls.
        stale: share of the eventually consistent reads that are answered from before the last writes.
        seed: of that share.
    """
    with ExitStack() as stack:
        copies = stack.enter_context(late(seed, stale)) if stale else None
        faults = Faults(plan, operations, copies)
        stack.enter_context(guarded(faults.meet))
        yield faults
