"""Faults on the wire to DynamoDB: what the SDK sees is what it would see if the network or the service failed there.

A fault is decided per HTTP request, so the SDK's own retries meet it too. Every fault that happened is counted: a test
whose faults never happened proves nothing.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock, get_ident
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError

from shared.kernel.storage.client import dynamodb
from tests import engine
from tests.staleness import READS, WRITES, Late, late

STALE = "stale"
"""An eventually consistent read answered from before the last writes; drawn apart, since only such reads can be."""

THROTTLE, CONFLICT, BUSY = "throttle", "conflict", "busy"
SILENT_BEFORE, SILENT_AFTER, DUPLICATE = "silent-before", "silent-after", "duplicate"
CRASH_BEFORE, CRASH_AFTER = "crash-before", "crash-after"

KINDS = (THROTTLE, CONFLICT, BUSY, SILENT_BEFORE, SILENT_AFTER, DUPLICATE, CRASH_BEFORE, CRASH_AFTER)

_SENT = (SILENT_AFTER, DUPLICATE, CRASH_AFTER)
_PREFIX = "com.amazonaws.dynamodb.v20120810#"


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
        self._network = engine.network()
        self._lock = Lock()
        self._dead: set[int] = set()

    def revive(self) -> None:
        """Let this thread, whose process died, be a new process."""
        self._dead.discard(get_ident())

    def meet(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        """Stand in the way of one request, as botocore's ``before-send`` hook."""
        if get_ident() in self._dead:
            raise Crash
        operation = event_name.rsplit(".", 1)[-1]
        kind = self._drawn(operation) if operation in self._operations else None
        if self._late and operation in WRITES and kind in {None, *_SENT}:
            self._late.learn(operation, request)
        if self._late and operation in READS and kind is None:
            answer = self._late.answer(operation, request)
            self.seen[STALE] = self._late.seen
            return answer
        return self._play(kind, request) if kind else None

    def _drawn(self, operation: str) -> str | None:
        kind = self.plan(operation)
        if kind == CONFLICT and operation != "TransactWriteItems":
            kind = THROTTLE
        with self._lock:
            self.calls[operation] += 1
            if kind:
                self.seen[kind] += 1
        return kind

    def _play(self, kind: str, request: Any) -> AWSResponse | None:
        if kind in _SENT:
            self._network.send(request)
        match kind:
            case "throttle":
                return _answer(request, 400, "ThrottlingException")
            case "busy":
                return _answer(request, 500, "InternalServerError")
            case "conflict":
                return _conflict(request)
            case "silent-before":
                raise ConnectTimeoutError(endpoint_url=request.url)
            case "silent-after":
                raise ReadTimeoutError(endpoint_url=request.url)
            case "crash-before" | "crash-after":
                self._dead.add(get_ident())
                raise Crash(kind)
        return None


def _answer(request: Any, status: int, code: str, **fields: Any) -> AWSResponse:
    response = AWSResponse(request.url, status, {"Content-Type": "application/x-amz-json-1.0"}, None)
    response._content = json.dumps({"__type": _PREFIX + code, "message": "injected"} | fields).encode()
    return response


def _conflict(request: Any) -> AWSResponse:
    writes = len(json.loads(request.body)["TransactItems"])
    reasons = [{"Code": "TransactionConflict", "Message": "injected"}] + [{"Code": "None"}] * (writes - 1)
    return _answer(request, 400, "TransactionCanceledException", CancellationReasons=reasons)


@contextmanager
def injected(plan: Plan, *, operations: Iterable[str] = WRITES, stale: float = 0, seed: int = 0) -> Iterator[Faults]:
    """Meet the shared DynamoDB client's requests with a plan's faults; the SDK's waits before retries are left out.

    Args:
        plan: which fault meets a request.
        operations: whose requests.
        stale: share of the eventually consistent reads that are answered from before the last writes.
        seed: of that share.
    """
    hooks, names = dynamodb().meta.events, [f"before-send.dynamodb.{operation}" for operation in operations]
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
        copies = stack.enter_context(late(seed, stale)) if stale else None
        faults = Faults(plan, operations, copies)
        if copies:
            names = ["before-send.dynamodb"]
        for name in names:
            hooks.register_first(name, faults.meet)
        try:
            yield faults
        finally:
            for name in names:
                hooks.unregister(name, faults.meet)
