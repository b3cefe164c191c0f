"""R-14: whatever schedules, queues, providers and people do: each step taken once, nobody asked after the end."""

import time
from collections import Counter

import pytest

from tests import carriers, faults, money, verdicts, workers
from tests.figures import tell

ALERTS, SHARES = 5000, 20
PROCESSES = 2

RATE = 0.02
PROMISED = 120
"""Seconds: a minute, and the minute of the schedule."""


def _simulate(job: tuple[int, int, int]) -> verdicts.Share:
    seed, share, count = job
    return verdicts.simulate(seed, share=share, alerts=count, rate=RATE)


def _p99(seconds: list[int]) -> int:
    return sorted(seconds)[len(seconds) * 99 // 100]


def _figures(seed: int, began: float, shares: list[verdicts.Share]) -> dict[str, object]:
    lateness = [late for share in shares for late in share.lateness]
    first_tries = [late for share in shares for late in share.first_tries]
    return {
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "alerts": sum(share.alerts for share in shares),
        "steps": len(lateness),
        "p99 lateness": _p99(lateness),
        "most lateness": max(lateness),
        "p99 until tried": _p99(first_tries),
        "most until tried": max(first_tries),
        "wrong": sum(len(share.wrong) for share in shares),
    }


@pytest.mark.soak(alone=True)
@pytest.mark.covers("R-14", "X-A-14", "X-A-15", "X-A-35", "S-A-64", "S-A-65")
def test_five_thousand_alerts_of_four_steps(stage: str) -> None:
    seed, began = money.seed(20261114), time.monotonic()
    with workers.copies(count=PROCESSES) as pool:
        jobs = [(seed, share, ALERTS // SHARES) for share in range(SHARES)]
        shares = workers.at_once(pool, _simulate, jobs)
    counts = sum((share.counts for share in shares), Counter())
    figures = _figures(seed, began, shares)
    tell(figures | {name: counts[name] for name in sorted(counts)})
    assert [problem for share in shares for problem in share.wrong] == []
    assert figures["alerts"] == ALERTS
    assert figures["p99 lateness"] <= figures["p99 until tried"] <= PROMISED  # type: ignore[operator]
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
    share = verdicts.simulate(seed, share=0, alerts=24, rate=RATE)
    tell(_figures(seed, began, [share]) | {name: share.counts[name] for name in sorted(share.counts)})
    assert share.wrong == []
    assert sum(share.counts[f"provider {kind}"] for kind in carriers.FAILURES) >= 10, share.counts
    assert sum(share.counts[f"fault {kind}"] for kind in faults.KINDS) >= 3, share.counts
    assert share.counts["due 0 times"]
    assert share.counts["logs"]
