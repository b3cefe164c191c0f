"""The same operations among few rows and among many: what they cost must not depend on how much is stored."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from infra.tables import tables
from shared.kernel import due
from shared.kernel.names import table_name
from shared.kernel.storage.client import dynamodb
from tests import engine, environment, queues
from tests.benchmarks import data
from tests.benchmarks.deployment import Deployment, deployed
from tests.benchmarks.load import load
from tests.benchmarks.seed import seed
from tests.calls import call, invoke
from tests.engines import running
from tests.engines.fetching import NotHere
from tests.triggers import schedule_event

SIZES = (1_000, 1_000_000)
EMULATOR_SIZES = (1_000, 20_000)
"""The emulator sorts a whole partition for every query: it cannot hold more in reasonable time."""

ROUNDS = 30
USER = "reader"


def measure() -> dict[str, Any]:
    """Return calls, units, CPU and time of each operation at both sizes, and what grew by how much."""
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        try:
            _make_store(folder, patch)
        except NotHere as missing:
            print(f"scaling at {EMULATOR_SIZES} rows only: {missing}", file=sys.stderr)
            with deployed() as bench:
                for size in EMULATOR_SIZES:
                    for table in tables():
                        dynamodb().create_table(**engine.table_request(_stage(size), table))
                    for domain, rows in _rows().items():
                        load(table_name(_stage(size), domain), rows, size)
                return {"engine": "emulator"} | _compared(bench, patch, EMULATOR_SIZES)
        with running.dynamodb_local(folder) as url:
            patch.setenv("DYNAMODB_ENDPOINT", url)
            with deployed() as bench:
                return {"engine": "DynamoDB Local"} | _compared(bench, patch, SIZES)


def _stage(size: int) -> str:
    return f"rows{size}"


def _rows() -> dict[str, Callable[[int, int], Iterator[dict[str, Any]]]]:
    return {
        "wallet": partial(data.statement, data.viewer(USER).user_id),
        "live": data.streams,
        "accountability": data.stored_goals,
    }


def _make_store(folder: Path, patch: pytest.MonkeyPatch) -> None:
    with running.dynamodb_local(folder) as url:
        for name, value in (engine.ACCOUNT | {"AWS_ENDPOINT_URL_DYNAMODB": url, "WELLSPRING_STAGE": "bench"}).items():
            patch.setenv(name, value)
        engine.forget()
        for size in SIZES:
            for table in tables():
                dynamodb().create_table(**engine.table_request(_stage(size), table))
    for size in SIZES:
        for domain, rows in _rows().items():
            began = time.monotonic()
            seed(folder, table_name(_stage(size), domain), rows(0, size))
            print(f"{domain}: {size:,} rows in {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)


def _compared(bench: Deployment, patch: pytest.MonkeyPatch, sizes: tuple[int, int]) -> dict[str, Any]:
    for size in sizes:
        engine.make_secrets(_stage(size))
    operations = {
        "balance": _page("wallet.read_balance"),
        "statementPage": _page("wallet.list_entries"),
        "streamList": _page("live.list_streams"),
        "logDay": _log,
        "sweepMinute": _sweep,
    }
    with queues.watched() as watched:
        found = {name: _measured(bench, patch, partial(run, watched), sizes) for name, run in operations.items()}
    return {"rows": list(sizes)} | found


Operation = Callable[[queues.DueQueues, int], Any]
"""Runs once; is told the number of the round."""


def _page(module: str) -> Operation:
    def run(_watched: queues.DueQueues, _number: int) -> None:
        answer = call(module, caller=data.viewer(USER))
        assert answer.status == HTTPStatus.OK, answer.text
        assert answer.data != [], "an empty page measures nothing"

    return run


def _log(_watched: queues.DueQueues, number: int) -> None:
    goal = data.DUE_GOALS + number
    answer = call("accountability.log_day", body=data.log_body(goal), caller=data.viewer(str(goal)))
    assert answer.status == HTTPStatus.CREATED, answer.text


def _sweep(watched: queues.DueQueues, _number: int) -> None:
    invoke("accountability.sweep_days", schedule_event())
    assert len(watched.taken()) == data.DUE_GOALS


def _measured(
    bench: Deployment, patch: pytest.MonkeyPatch, run: Callable[[int], Any], sizes: tuple[int, int]
) -> dict[str, Any]:
    counts: dict[int, dict[str, Any]] = {}
    times: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
    for number in range(ROUNDS):
        for size in sizes:
            patch.setenv("WELLSPRING_STAGE", _stage(size))
            environment.read_anew()
            due._queue.cache_clear()
            with bench.wire.counted() as counted:
                wall, cpu = time.perf_counter_ns(), time.process_time_ns()
                run(number)
                wall, cpu = time.perf_counter_ns() - wall, time.process_time_ns() - cpu
            times[size].append((wall / 1000, cpu / 1000))
            counts[size] = counted
    found: dict[str, Any] = {str(size): _costs(counts[size], times[size]) for size in sizes}
    few, many = (found[str(size)] for size in sizes)
    return found | {"growth": {name: round(many[name] / few[name], 2) for name in few if few[name]}}


def _costs(counts: dict[str, Any], times: list[tuple[float, float]]) -> dict[str, float]:
    wall, cpu = (round(statistics.median(column)) for column in zip(*times, strict=True))
    return {
        "calls": counts["calls"],
        "readUnits": counts["readUnits"],
        "writeUnits": counts["writeUnits"],
        "cpuMicroseconds": cpu,
        "microseconds": wall,
    }
