"""R-09: every viewer pays for what they watched: players on a bad network, a server that crashes, simulated hours."""

import os
import time
from collections import Counter

import pytest

from tests import engine, faults, money, viewers, workers
from tests.figures import tell

SESSIONS, MINUTES, RATE = 208, 60, 0.2
SHARES = 8
PROCESSES = 3
"""Enough to keep the emulator, which is one process, busy."""


def _simulate(job: tuple[int, int, int, int]) -> viewers.Share:
    """Run one share of the viewers on tables of its own: each share has its own clock."""
    seed, share, sessions, minutes = job
    os.environ["WELLSPRING_STAGE"] += f"-{share}"
    engine.forget()
    engine.make_tables(os.environ["WELLSPRING_STAGE"])
    return viewers.simulate(seed, share=share, viewers=sessions, minutes=minutes, rate=RATE)


def _judge(seed: int, sessions: int, minutes: int) -> Counter[str]:
    began = time.monotonic()
    with workers.copies(count=PROCESSES) as pool:
        jobs = [(seed, share, sessions // SHARES, minutes) for share in range(SHARES)]
        shares = workers.at_once(pool, _simulate, jobs)
    counts = sum((share.counts for share in shares), Counter())
    wrong = [problem for share in shares for problem in share.wrong]
    ended = [session for share in shares for session in share.sessions.values()]
    figures = {
        "seed": seed,
        "seconds": round(time.monotonic() - began, 1),
        "sessions": len(ended),
        "reasons": dict(Counter(reason for reason, *_ in ended)),
        "charged": sum(charged for *_, charged in ended),
        "error": sum(abs(charged - due) for *_, due, charged in ended),
        "wrong": len(wrong),
    }
    tell(figures | {name: counts[name] for name in sorted(counts)})

    assert wrong == []
    assert len(ended) == sessions
    assert all(abs(charged - due) <= cost for _, cost, due, charged in ended)
    assert figures["error"] == 0
    assert all(counts[f"ticks delivered {times} times"] for times in range(6)), "some number of deliveries never came"
    return counts


@pytest.mark.soak(alone=True)
@pytest.mark.covers("R-09", "S-W-06", "S-W-34", "S-W-65", "X-W-05", "X-W-27")
def test_over_two_hundred_viewers_of_an_hour_pay_for_what_they_watched(stage: str) -> None:
    counts = _judge(money.seed(20260309), SESSIONS, MINUTES)
    assert all(counts[f"fault {kind}"] >= 20 for kind in faults.KINDS)
    assert counts["vanished"] >= 40
    assert counts["sleepers"] >= 10
    assert counts["tick done"] >= 40_000
    assert counts["hints lost"] >= 2
    assert counts["streams settled"] == 4 * SHARES


@pytest.mark.covers("R-09", "S-W-34", "X-W-05")
def test_a_few_viewers_pay_for_what_they_watched(stage: str) -> None:
    counts = _judge(money.seed(20260310), 4 * SHARES, 10)
    assert all(counts[f"fault {kind}"] >= 1 for kind in faults.KINDS)
