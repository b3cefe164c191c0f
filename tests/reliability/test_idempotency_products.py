"""R-07 where it counts: what moves money or makes something is done once, however many requests carry the same key."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from shared.kernel import clock as kernel_clock
from shared.kernel.caller import Principal
from shared.kernel.declare import Function
from shared.kernel.storage import reads
from shared.payments import seeding
from shared.payments.items import PURCHASES, PaymentItem
from shared.wallet import journal
from shared.wallet.rules import Reference
from tests import money, workers
from tests.calls import Answer, call, function_of
from tests.clock import START, FixedClock
from tests.figures import tell
from tests.providers import Provider, simulator
from tests.triggers import principal

pytestmark = pytest.mark.wire

REQUESTS, SAMPLE = 1_000, 24
TRIES = 1_000
USER, KEY = "usr_a", "key-1"


@dataclass(frozen=True)
class Product:
    """An endpoint that is called again and again.

    Attributes:
        name: of its function.
        caller: who calls it.
        body: what is sent.
        other: what is sent with the same key afterwards.
        effects: counts what it did.
    """

    name: str
    caller: Principal
    body: dict[str, Any]
    other: dict[str, Any]
    effects: Callable[[], int]


def _payments() -> int:
    return len(reads.query(PaymentItem, PaymentItem.user_id == USER, index=PURCHASES.name).items)


def _corrections() -> int:
    return sum(line.type == "ADJUSTMENT" for line in money.books().entries[USER])


def _goals() -> int:
    return sum(row["sk"]["S"].startswith("GOAL#") for row in money.rows("accountability"))


ADJUST = {"userId": USER, "amount": "5", "reasonCode": "OTHER", "reason": "Ticket 1"}
GOAL = {"title": "Run", "frequency": "daily"}
PACK = {"priceId": "prc_1"}
PRODUCTS = {
    "correct a wallet": Product(
        "wallet.adjust_wallet",
        principal("usr_admin", "wallet:reconcile"),
        ADJUST,
        ADJUST | {"amount": "6"},
        _corrections,
    ),
    "set a goal": Product(
        "accountability.create_goal", principal(USER, "accountability:use"), GOAL, GOAL | {"title": "Swim"}, _goals
    ),
    "buy credits": Product(
        "payments.start_checkout", principal(USER, "payments:buy"), PACK, {"priceId": "prc_2"}, _payments
    ),
}


@pytest.fixture
def stripe(stage: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    """Provide a provider to pay at, credits packs, and an account to correct."""
    with simulator("stripe", STRIPE_API_KEY="sk_test_local") as running:
        monkeypatch.setenv("WELLSPRING_STRIPE_API_BASE", running.url)
        monkeypatch.setenv("WELLSPRING_PUBLIC_URL", "https://api.wellspring.example")
        monkeypatch.setitem(PACK, "priceId", seeding.ensure_prices(clock.now())[0].id)
        journal.deposit(USER, 1000, reference=Reference("PAYMENT", "pay"), now=START)
        yield running


def _start() -> None:
    kernel_clock._clock = FixedClock()


def _unlimited(name: str) -> Function[Any, Any]:
    """Return an endpoint without its limit a minute, which would answer most of the requests: the key is judged."""
    function = function_of(name)
    declared = function.declaration
    return Function(replace(declared, trigger=replace(declared.trigger, rate=None)), function.handler)


def _post(job: tuple[str, int, dict[str, Any]]) -> tuple[Answer, int]:
    """Send one request as a client does, again while the first with the key still runs; return how often it met one."""
    kind, number, body = job
    product = PRODUCTS[kind]
    function = _unlimited(product.name)
    for waited in range(TRIES):
        answer = call(function, body=body, caller=product.caller, key=KEY, request_id=f"req-{number}-{waited}")
        if answer.status != 409:
            return answer, waited
    raise AssertionError("the first request never ended")


def _once(kind: str, count: int, clock: FixedClock) -> int:
    product = PRODUCTS[kind]
    with workers.copies(_start) as pool:
        results = workers.at_once(pool, _post, [(kind, number, product.body) for number in range(count)])
        others = workers.at_once(pool, _post, [(kind, number, product.other) for number in range(count)])
    answers = [answer for answer, _ in results]
    waits = sum(waited for _, waited in results)
    replayed = Counter(answer.headers.get("Idempotency-Replayed") for answer in answers)
    tell({"endpoint": product.name, "requests": count, "refusedWhileRunning": waits, "replayed": replayed["true"]})
    assert {answer.status for answer in answers} == {201}, answers[0].text
    assert len({answer.text for answer in answers}) == 1
    assert replayed == {None: 1, "true": count - 1}
    assert {(answer.status, answer.code) for answer, _ in others} == {(422, "IDEMPOTENCY_KEY_REUSED")}
    assert product.effects() == 1

    clock.advance(hours=72)
    late, _ = _post((kind, count, product.body))
    other, _ = _post((kind, count, product.other))
    assert (late.status, late.text) == (201, answers[0].text)
    assert other.code == "IDEMPOTENCY_KEY_REUSED"
    assert product.effects() == 1
    return waits


def _sold(stripe: Provider) -> int:
    return len(stripe.state()["objects"].get("checkout.session", []))


@pytest.mark.soak
@pytest.mark.covers("R-07", "X-P-01")
@pytest.mark.parametrize("kind", PRODUCTS)
def test_a_thousand_requests_with_one_key_have_one_effect_and_one_answer(
    kind: str, stripe: Provider, clock: FixedClock
) -> None:
    assert _once(kind, REQUESTS, clock) >= 3, "too few requests met one that was still running"
    assert _sold(stripe) == (kind == "buy credits")


@pytest.mark.covers("R-07", "X-P-01")
@pytest.mark.parametrize("kind", PRODUCTS)
def test_requests_with_one_key_have_one_effect_and_one_answer(kind: str, stripe: Provider, clock: FixedClock) -> None:
    _once(kind, SAMPLE, clock)
    assert _sold(stripe) == (kind == "buy credits")
