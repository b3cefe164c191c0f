"""Several tabs of one viewer at once for credits that suffice for one of them, and functions whose clocks differ."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest

from shared import wallet
from shared.kernel.errors import DomainError
from shared.kernel.storage.writes import Put, commit
from shared.live import metering
from shared.live.items import STREAM_SK, Stream, stream_pk
from shared.live.metering.errors import TickTooEarly
from shared.live.metering.schemas import MeterTick
from shared.wallet.statement import prove
from tests.clock import START

COST, LEASE, TABS = 1000, 48, 4
STREAM, VIEWER = "str_1", "usr_viewer"


@pytest.fixture(autouse=True)
def _on_air(stage: str) -> None:
    item = Stream(
        pk=stream_pk(STREAM),
        sk=STREAM_SK,
        creator_id="usr_creator",
        title="Race",
        category="Music",
        category_id="music",
        status="LIVE",
        premium_permille=1000,
        rate_per_minute=6 * COST,
        viewers=0,
        created_at=START,
        started_at=START,
    )
    commit(Put(item))


def _fund(user_id: str, amount: int) -> None:
    wallet.deposit(user_id, amount, reference=wallet.Reference("PAYMENT", f"pay_{user_id}"), now=START)


def _join(user_id: str, tab: int) -> str:
    return metering.join(STREAM, user_id, operation=f"opn_{user_id}_{tab}", seen=6 * COST, now=START).session_id


def _tick(user_id: str, session_id: str, index: int, now: datetime) -> str:
    body = MeterTick(stream_id=STREAM, session_id=session_id, interval_index=index, playback_ms=10_000)
    return str(metering.charge(user_id, body, now=now).success)


def _at_once(copies: ThreadPoolExecutor, jobs: list[Callable[[], str]]) -> list[str]:
    gate = Barrier(len(jobs))

    def run(job: Callable[[], str]) -> str:
        gate.wait()
        try:
            return job()
        except DomainError as refused:
            return refused.code

    return list(copies.map(run, jobs))


@pytest.mark.covers("X-W-03", "S-W-11", "S-W-33")
def test_of_several_tabs_one_gets_the_last_credit() -> None:
    with ThreadPoolExecutor(TABS) as copies:
        for number in range(25):
            user_id = f"{VIEWER}_{number}"
            _fund(user_id, COST)
            joined = _at_once(copies, [partial(_join, user_id, tab) for tab in range(TABS)])
            (session_id,) = [one for one in joined if metering.watches(STREAM, one, user_id)]
            ticks = _at_once(copies, [partial(_tick, user_id, session_id, 0, START)] * TABS)
            assert Counter(ticks) == {"True": 1, "ALREADY_PROCESSED": TABS - 1}
            later = START + timedelta(seconds=10)
            dry = _at_once(copies, [partial(_tick, user_id, session_id, 1, later)] * TABS)
            assert set(dry) == {"INSUFFICIENT_CREDITS"}
            proof = prove(user_id)
            assert proof.sound
            assert (proof.account.available, proof.account.held, proof.entries) == (0, 0, 2)


@pytest.mark.covers("X-W-03", "X-W-04")
def test_a_doubled_tick_that_takes_the_last_lease_is_charged_once_and_watching_goes_on() -> None:
    with ThreadPoolExecutor(TABS) as copies:
        for number in range(5):
            user_id = f"{VIEWER}_{number}"
            _fund(user_id, (LEASE + 2) * COST)
            session_id = _join(user_id, 0)
            for index in range(LEASE):
                _tick(user_id, session_id, index, START + timedelta(seconds=10 * index))
            for index in (LEASE, LEASE + 1):
                now = START + timedelta(seconds=10 * index)
                answers = _at_once(copies, [partial(_tick, user_id, session_id, index, now)] * TABS)
                assert Counter(answers) == {"True": 1, "ALREADY_PROCESSED": TABS - 1}
            left = metering.leave(STREAM, session_id, user_id, now=START + timedelta(minutes=9))
            assert (left.reason, left.charged) == ("left", (LEASE + 2) * COST)
            assert prove(user_id).sound


@pytest.mark.covers("X-W-27")
def test_clocks_that_differ_charge_no_interval_twice_and_none_past_the_true_time() -> None:
    """Each function's copy is up to 900 ms off; the player keeps to the time it is told."""
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    draw = random.Random(seed)
    _fund(VIEWER, 1000 * COST)
    session_id = _join(VIEWER, 0)
    paid, seconds = 0, 1.0
    while seconds < 1200:
        told = START + timedelta(seconds=seconds, milliseconds=draw.randint(-900, 900))
        try:
            answer = _tick(VIEWER, session_id, paid, told)
        except TickTooEarly:
            seconds += 0.5
            continue
        assert answer == "True"
        paid += 1
        assert paid - 1 <= (seconds + 2) // 10
        seconds += 9.2 + draw.random()
    assert paid >= 1200 // 10 - 3
    silent = START + timedelta(seconds=seconds + 30)
    metering.check(f"VIEWING#{session_id}", "VIEWING", until=silent, now=silent)
    ended = metering.summary(metering.own_viewing(STREAM, session_id, VIEWER))
    assert (ended.reason, ended.charged) == ("abandoned", paid * COST)
    assert prove(VIEWER).sound
