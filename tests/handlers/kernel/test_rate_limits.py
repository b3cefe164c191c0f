"""Sliding windows, counted in storage, told in headers."""

import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.kernel import rates
from shared.kernel.clock import to_ms
from shared.kernel.declare import PUBLIC, Function
from shared.kernel.errors import RateLimitExceeded
from shared.kernel.storage.client import dynamodb
from tests.calls import Answer, Call
from tests.clock import START, FixedClock
from tests.samples.break_down import break_down
from tests.samples.keep_note import keep_note
from tests.triggers import principal

LIMIT = 6


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the limit small: what is judged is how it is counted."""
    monkeypatch.setitem(rates.RATES, "write", rates.Rate(LIMIT, 60))


@pytest.fixture
def keep(call: Call) -> Any:
    """Provide a caller of the writing endpoint."""

    def send(user: str = "usr_a", number: int = 0) -> Answer:
        caller = principal(user, "notes:write")
        body, path = {"text": "hello"}, {"folder": "f"}
        return call(keep_note, body=body, path=path, caller=caller, request_id=f"req-{number}")

    return send


@pytest.mark.covers("S-P-26", "X-P-06", "S-P-14", "S-P-23")
def test_over_the_limit_is_told_with_the_time_to_wait(keep: Any, clock: FixedClock) -> None:
    statuses = [keep(number=number).status for number in range(LIMIT)]
    clock.advance(seconds=20)
    refused = keep(number=LIMIT)
    assert set(statuses) == {201}
    assert (refused.status, refused.code) == (429, "RATE_LIMIT_EXCEEDED")
    told = {"RateLimit-Policy": '"write";q=6;w=60', "RateLimit": '"write";r=0;t=41'}
    told |= {"X-RateLimit-Remaining": "0", "Retry-After": "41"}
    assert told.items() <= refused.headers.items()


@pytest.mark.covers("S-P-26")
def test_each_caller_has_a_window_of_their_own(keep: Any) -> None:
    for number in range(LIMIT + 1):
        keep(number=number)
    assert keep("usr_b").headers["X-RateLimit-Remaining"] == "5"


@pytest.mark.covers("S-P-26")
def test_the_window_slides(keep: Any, clock: FixedClock) -> None:
    for number in range(LIMIT):
        keep(number=number)
    clock.advance(seconds=90)
    assert keep(number=LIMIT).headers["X-RateLimit-Remaining"] == str(LIMIT - 1 - LIMIT // 2)
    clock.advance(seconds=90)
    assert keep(number=LIMIT + 1).headers["X-RateLimit-Remaining"] == str(LIMIT - 1)


@pytest.mark.covers("X-P-07", "S-P-26")
def test_a_guest_is_counted_by_the_address_that_the_gateway_saw(call: Call) -> None:
    route = replace(break_down.declaration.trigger, rate="login-account", allow=PUBLIC)
    limited = Function(replace(break_down.declaration, trigger=route), lambda: None)
    for number in range(rates.RATES["login-account"].limit):
        assert call(limited, headers={"x-forwarded-for": f"198.51.100.{number}"}).status == 200
    assert call(limited, headers={"x-forwarded-for": "198.51.100.99"}).status == 429
    assert call(limited, address="198.51.100.1").status == 200


@pytest.mark.covers("S-P-26")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 45), min_size=1, max_size=40))
def test_no_window_of_any_start_lets_through_much_more_than_the_limit(steps: list[int]) -> None:
    """The sliding estimate may let pass at most one limit's worth twice over a window's edge, never more."""
    who = uuid.uuid4().hex
    rate, clock, passed = rates.RATES["write"], FixedClock(START), []
    for step in steps:
        clock.advance(seconds=step / 10)
        try:
            rates.count("write", who, now=clock.now())
        except RateLimitExceeded:
            continue
        passed.append(to_ms(clock.now()))
    windows = [sum(1 for at in passed if start <= at < start + rate.seconds * 1000) for start in passed]
    assert max(windows) <= 2 * rate.limit


@pytest.mark.covers("S-P-26", "X-P-06")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.builds(rates.Rate, st.integers(1, 9), st.integers(1, 90)),
    start=st.integers(0, 200_000),
    steps=st.lists(st.integers(0, 60_000), max_size=25),
    impatient=st.integers(0, 3),
)
def test_whoever_waits_as_long_as_they_are_told_is_let_through_and_no_second_earlier(
    rate: rates.Rate, start: int, steps: list[int], impatient: int
) -> None:
    """From any past, at any place in a window, and however often they asked again in vain."""
    who, clock = uuid.uuid4().hex, FixedClock(START + timedelta(milliseconds=start))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(rates.RATES, "write", rate)
        for step in steps:
            clock.advance(seconds=step / 1000)
            with suppress(RateLimitExceeded):
                rates.count("write", who, now=clock.now())
        wait = _exhaust(who, clock)
        for number in range(impatient):
            asked = timedelta(seconds=(wait - 1) * number / 3)
            with pytest.raises(RateLimitExceeded):
                rates.count("write", who, now=clock.now() + asked)
        with pytest.raises(RateLimitExceeded) as early:
            rates.count("write", who, now=clock.now() + timedelta(seconds=wait - 1))
        assert early.value.headers["Retry-After"] == "1"
        rates.count("write", who, now=clock.now() + timedelta(seconds=wait))


def _exhaust(who: str, clock: FixedClock) -> int:
    while True:
        try:
            rates.count("write", who, now=clock.now())
        except RateLimitExceeded as refused:
            return int(refused.headers["Retry-After"])


@pytest.mark.covers("S-P-26")
def test_refused_requests_are_not_counted_and_write_nothing(keep: Any, clock: FixedClock) -> None:
    for number in range(LIMIT):
        keep(number=number)
    kept = _kept()
    for number in range(3 * LIMIT):
        assert keep(number=number).status == 429
    assert _kept() == kept
    clock.advance(seconds=90)
    assert keep().headers["X-RateLimit-Remaining"] == str(LIMIT - 1 - LIMIT // 2)


def _kept() -> list[dict[str, Any]]:
    items = dynamodb().scan(TableName="test-wellspring-platform")["Items"]
    return [item for item in items if item["sk"]["S"] == "RATE"]


def test_a_request_costs_one_write_unless_it_begins_a_window_or_comes_in_a_burst(monkeypatch, clock) -> None:
    written: list[str] = []
    real = rates.commit
    monkeypatch.setattr(rates, "commit", lambda write, **more: written.append(write.pk) or real(write, **more))

    def costs() -> int:
        written.clear()
        rates.count("write", "usr_a", now=clock.now())
        return len(written)

    assert [costs() for _ in range(LIMIT)] == [2] + [1] * (LIMIT - 1)
    clock.advance(seconds=60 - clock.now().second + 30)
    steady = [costs()]
    for _ in range(2):
        clock.advance(seconds=5)
        steady.append(costs())
    assert steady == [2, 1, 1]


def test_many_at_once_let_through_no_more_than_the_limit_over_what_the_last_window_left() -> None:
    tally = rates.Tally(rates.Rate(6, 60), 7, 15, used=2, previous=4)
    assert (tally.overlap(), tally.weight()) == (3, 5)
    assert [tally.weight(later) for later in (15, 44, 45, 46, 105)] == [4, 2, 2, 1, 0]


@pytest.mark.covers("S-P-26")
def test_copies_whose_clocks_differ_forget_no_request_at_the_turn_of_a_window(aws: None) -> None:
    turn = START.replace(second=0, microsecond=0) + timedelta(minutes=1)
    ahead, behind = turn + timedelta(milliseconds=500), turn - timedelta(milliseconds=500)
    passed = 0
    for number in range(4 * LIMIT):
        try:
            rates.count("write", "usr_a", now=behind if number % 2 else ahead)
        except RateLimitExceeded:
            continue
        passed += 1
    assert passed == LIMIT
