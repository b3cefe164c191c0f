"""CPU of whole handlers against one bare botocore call of the same kind, in one run, turn by turn."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import botocore.session

from shared.live.metering.items import VIEWING_SK, ViewingItem, viewing_pk
from shared.live.metering.rules import LEASE_INTERVALS
from tests.benchmarks import data
from tests.benchmarks.deployment import Deployment
from tests.calls import CONTEXT, function_of
from tests.triggers import http_event

ROUNDS = 12
WARM_ROUNDS = 2
"""Rounds that are not counted: caches of botocore and of the interpreter fill in them."""

Run = Callable[[int], Any]


def measure(bench: Deployment) -> dict[str, Any]:
    """Return microseconds of CPU per call, ours and bare, and their ratio."""
    bare = botocore.session.get_session().create_client("dynamodb")
    return {"tick": _tick(bench, bare), "balance": _balance(bench, bare)}


def _timed(run: Run, times: int, *, before: Callable[[int], None]) -> float:
    spent = 0.0
    for number in range(times):
        before(number)
        began = time.process_time_ns()
        run(number)
        spent += time.process_time_ns() - began
    return spent / times / 1000


def _compared(rounds: list[tuple[float, float]]) -> dict[str, Any]:
    ours, bare = (statistics.median(values) for values in zip(*rounds[WARM_ROUNDS:], strict=True))
    ratio = statistics.median(mine / theirs for mine, theirs in rounds[WARM_ROUNDS:])
    return {"microseconds": round(ours), "bareMicroseconds": round(bare), "ratio": round(ratio, 2)}


def _tick(bench: Deployment, bare: Any) -> dict[str, Any]:
    """Ticks of one session through the function; the same requests for a twin of it by the bare client."""
    function = function_of("live.record_tick")
    handler = function.prepare()
    rounds = []
    for number in range(ROUNDS):
        who = data.with_credits(f"ticker-{number}")
        mine = data.join(who, number)
        twin = data.twin_of(mine)
        began = bench.clock.now()
        events = [
            http_event(function, body=data.tick_body(mine, index), caller=who) for index in range(LEASE_INTERVALS)
        ]
        bench.wire.clear()

        def at(index: int, began: Any = began) -> None:
            bench.clock.at = began
            bench.clock.advance(seconds=10 * index)

        ours = _timed(lambda index, sent=events: _answered(handler(sent[index], CONTEXT)), LEASE_INTERVALS, before=at)
        key = ViewingItem.key(viewing_pk(twin), VIEWING_SK)
        requests = [request | {"Key": key} for request in bench.wire.asked]
        assert len(requests) == LEASE_INTERVALS, "a tick is one call"
        theirs = _timed(lambda index, sent=requests: bare.update_item(**sent[index]), LEASE_INTERVALS, before=_nothing)
        rounds.append((ours, theirs))
    return _compared(rounds)


def _balance(bench: Deployment, bare: Any) -> dict[str, Any]:
    function = function_of("wallet.read_balance")
    handler = function.prepare()
    who = data.with_credits("reader")
    event = http_event(function, caller=who)
    bench.wire.clear()
    _answered(handler(event, CONTEXT))
    (request,) = bench.wire.asked
    timed = partial(_timed, times=LEASE_INTERVALS, before=_nothing)
    return _compared(
        [
            (timed(lambda _: _answered(handler(event, CONTEXT))), timed(lambda _: bare.get_item(**request)))
            for _ in range(ROUNDS)
        ]
    )


def _answered(answer: dict[str, Any]) -> None:
    assert answer["statusCode"] == 200, answer["body"]


def _nothing(_: int) -> None:
    return
