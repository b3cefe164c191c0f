"""What is counted in a call is written at its end, in every shell, and silence is not a warning."""

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from shared.kernel import declare, telemetry
from shared.kernel.declare import PUBLIC
from tests.calls import Call, Invoke
from tests.triggers import schedule_event


@pytest.fixture(autouse=True)
def _counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED")
    telemetry.metrics.cache_clear()
    yield
    telemetry.metrics.cache_clear()


def _count(amount: int) -> None:
    telemetry.metrics().add_metric(name="Things", unit="Count", value=amount)


def _written(captured: pytest.CaptureFixture[str]) -> list[Any]:
    return [json.loads(line)["Things"] for line in captured.readouterr().out.splitlines() if "Things" in line]


@pytest.mark.covers("X-O-05")
def test_each_call_writes_what_it_counted(call: Call, invoke: Invoke, capsys: pytest.CaptureFixture[str]) -> None:
    @declare.get("/v1/things", allow=PUBLIC)
    def count_things() -> None:
        """Count."""
        _count(2)

    @declare.schedule("rate(1 minute)")
    def count_more() -> None:
        """Count."""
        _count(3)

    call(count_things)
    invoke(count_more, schedule_event())
    assert _written(capsys) == [[2.0], [3.0]]


def test_a_call_that_counts_nothing_writes_nothing(invoke: Invoke, capsys: pytest.CaptureFixture[str]) -> None:
    @declare.schedule("rate(1 minute)")
    def rest() -> None:
        """Rest."""
        telemetry.metrics()

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        invoke(rest, schedule_event())
    assert _written(capsys) == []
