"""R-14: whatever schedules, queues, providers and people do: each step taken once, nobody asked after the end."""

import os
import time
from collections import Counter

import pytest

from tests import alerts, carriers, engine, faults, money, workers

ALERTS, SHARES = 5000, 50
PROCESSES = 2
"""The emulator is one process."""

RATE = 0.02
PROMISED = 120
"""Seconds: a minute, and the minute of the schedule."""


def _simulate(job: tuple[int, int, int]) -> alerts.Share:
    """Run one share of the alerts on tables of its own: each share has its own clock."""
    seed, share, count = job
    os.environ["WELLSPRING_STAGE"] += f"-{share}"
    engine.forget()
    engine.make_tables(os.environ["WELLSPRING_STAGE"])
    engine.make_secrets(os.environ["WELLSPRING_STAGE"])
    return alerts.simulate(seed, share=share, alerts=count, rate=RATE)


def _figures(seed: int, began: float, shares: list[alerts.Share]) -> dict[str, object]:
    lateness = sorted(late for share in shares for late in share.lateness)
    return {
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "alerts": sum(share.alerts for share in shares),
        "steps": len(lateness),
        "p99 lateness": lateness[len(lateness) * 99 // 100],
        "wrong": sum(len(share.wrong) for share in shares),
    }


@pytest.mark.soak
@pytest.mark.covers("R-14", "X-A-14", "X-A-15", "X-A-35", "S-A-64", "S-A-65")
def test_five_thousand_alerts_of_four_steps(stage: str) -> None:
    seed, began = money.seed(20261114), time.monotonic()
    with workers.copies(count=PROCESSES) as pool:
        jobs = [(seed, share, ALERTS // SHARES) for share in range(SHARES)]
        shares = workers.at_once(pool, _simulate, jobs)
    counts = sum((share.counts for share in shares), Counter())
    figures = _figures(seed, began, shares)
    print(figures | {name: counts[name] for name in sorted(counts)})
    assert [problem for share in shares for problem in share.wrong] == []
    assert figures["alerts"] == ALERTS
    assert figures["p99 lateness"] <= PROMISED  # type: ignore[operator]
    assert all(counts[f"fault {kind}"] >= 20 for kind in faults.KINDS), counts
    assert all(counts[f"provider {kind}"] >= 200 for kind in carriers.FAILURES), counts
    assert all(counts[f"due {times} times"] >= 20 for times in (0, 1, 2, 5, 50)), counts
    assert counts["due hours late"] >= 100
    assert all(counts[f"answered {given}"] >= 200 for given in ("ACCEPTED", "DONE", "CANNOT")), counts
    assert counts["logs"] >= 500
    assert counts["events lost"] >= 100


@pytest.mark.covers("R-14", "X-A-14", "X-A-15", "X-A-35", "S-A-65")
def test_a_few_alerts_of_four_steps(stage: str) -> None:
    seed, began = money.seed(20261114), time.monotonic()
    share = alerts.simulate(seed, share=0, alerts=24, rate=RATE)
    print(_figures(seed, began, [share]) | {name: share.counts[name] for name in sorted(share.counts)})
    assert share.wrong == []
    assert sum(share.counts[f"provider {kind}"] for kind in carriers.FAILURES) >= 10, share.counts
    assert sum(share.counts[f"fault {kind}"] for kind in faults.KINDS) >= 3, share.counts
    assert share.counts["due 0 times"]
    assert share.counts["logs"]
