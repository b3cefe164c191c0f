"""R-06 for buying: a checkout that died before or after any call goes on with the same payment and the same session."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from shared.kernel.storage import reads
from shared.payments import seeding
from shared.payments.items import PURCHASES, PaymentItem
from tests import deliveries, environment, faults
from tests.calls import Answer, call, function_of
from tests.clock import FixedClock
from tests.figures import tell
from tests.providers import Provider, simulator
from tests.triggers import principal

STORAGE = (*faults.WRITES, "GetItem", "Query")


@pytest.fixture
def stripe(stage: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    with simulator("stripe", STRIPE_API_KEY="sk_test_local") as running:
        monkeypatch.setenv("WELLSPRING_STRIPE_API_BASE", running.url)
        monkeypatch.setenv("WELLSPRING_PUBLIC_URL", "https://api.wellspring.example")
        environment.read_anew()
        yield running


def _buy(price: str, number: int, attempt: int) -> Answer:
    return call(
        "payments.start_checkout",
        body={"priceId": price},
        caller=principal(f"usr_{number}", "payments:buy"),
        key=f"key-{number}",
        request_id=f"req-{number}-{attempt}",
    )


def _sessions_of(stripe: Provider, number: int) -> list[dict[str, Any]]:
    every = stripe.state()["objects"]["checkout.session"]
    return [session for session in every if session["metadata"]["userId"] == f"usr_{number}"]


@pytest.mark.covers("R-06", "S-W-42")
@pytest.mark.parametrize("kind", [faults.CRASH_BEFORE, faults.CRASH_AFTER])
def test_a_death_at_any_call_to_storage_leaves_one_purchase(kind: str, stripe: Provider, clock: FixedClock) -> None:
    price = seeding.ensure_prices(clock.now())[0].id
    met = Counter[str]()
    for position in range(20):
        died = 0
        with faults.injected(faults.script(*[None] * position, kind), operations=STORAGE):
            try:
                _buy(price, position, 1)
            except faults.Crash:
                died = 1
        clock.advance(seconds=function_of("payments.start_checkout").declaration.timeout + 2)
        answer = _buy(price, position, 2)
        (session,) = _sessions_of(stripe, position)
        assert (answer.status, answer.data["sessionId"]) == (201, session["id"])
        mine = reads.query(PaymentItem, PaymentItem.user_id == f"usr_{position}", index=PURCHASES.name).items
        assert [item["pk"]["S"] for item in mine] == [f"PAYMENT#{session['metadata']['paymentId']}"]
        assert deliveries.standing(session["metadata"]["paymentId"]).provider_ref == session["id"]
        met["died"] += died
        if not died:
            break
    tell({"kind": kind, "callSites": met["died"]})
    assert met["died"] == 7, "rate (a new window needs two), claim, pack, payment, session, answer"
