"""Money whose event was lost: asked after, it is credited once, whoever dies meanwhile and whatever comes late."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest

from shared import wallet
from shared.kernel.clock import system_clock
from shared.kernel.money import Minor
from shared.kernel.storage.writes import Put, commit
from shared.payments import asking, provider, rules, stripe_events
from shared.payments.items import PAYMENT_SK, payment_pk
from tests import deliveries, faults
from tests.calls import invoke
from tests.clock import START, FixedClock
from tests.deliveries import COMPLETED, EXPIRED
from tests.interleaving import explore
from tests.outbox import sent
from tests.triggers import due_event

CREDIT = 105_000
STORAGE = (*faults.WRITES, "GetItem", "Query")
ORDERS = 2_000


def _answer(payment_id: str, *, paid: bool) -> rules.Asked:
    user = f"usr_{payment_id}"
    told = rules.Told(f"cs_{payment_id}", user, "prc_1", Minor(999), "usd", paid)
    return rules.Asked(told, None if paid else "expired", "CARD")


@pytest.fixture(params=[True, False], ids=["paid", "expired"])
def paid(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Let the provider answer that a session was paid, or that it expired."""
    truth: bool = request.param
    monkeypatch.setattr(provider, "ask", lambda ref: _answer(ref.removeprefix("cs_"), paid=truth))
    return truth


def _begin(payment_id: str) -> None:
    begun = START - timedelta(hours=1)
    commit(Put(deliveries.payment(payment_id, at=begun, user_id=f"usr_{payment_id}")))


def _ask(payment_id: str) -> None:
    assert invoke("payments.ask_after_payment", due_event((payment_pk(payment_id), PAYMENT_SK))) == {
        "batchItemFailures": []
    }


def _keep(payment_id: str, kind: str, number: int = 0) -> str:
    event_id = f"evt_{payment_id}_{number}"
    metadata = {"userId": f"usr_{payment_id}", "priceId": "prc_1", "paymentId": payment_id}
    body = deliveries.event(event_id, kind, payment_id, metadata=metadata)
    assert deliveries.deliver(body, system_clock().now()) == 200
    return event_id


def _outcome(payment_id: str) -> tuple[str, int, int]:
    account = wallet.read_account(f"usr_{payment_id}")
    return deliveries.standing(payment_id).status, account.balance, account.sequence


def _expected(paid: bool) -> tuple[str, int, int]:
    return ("SUCCEEDED", CREDIT, 2) if paid else ("FAILED", 0, 0)


@pytest.mark.covers("R-06")
@pytest.mark.parametrize("kind", [faults.CRASH_BEFORE, faults.CRASH_AFTER])
def test_a_death_at_any_call_while_asking_is_made_good_by_the_next_time(
    kind: str, paid: bool, stage: str, clock: FixedClock
) -> None:
    met = Counter[str]()
    for position in range(20):
        name = f"p{position}"
        _begin(name)
        died = 0
        with faults.injected(faults.script(*[None] * position, kind), operations=STORAGE):
            try:
                _ask(name)
            except faults.Crash:
                died = 1
        _ask(name)
        assert _outcome(name) == _expected(paid)
        assert deliveries.standing(name).due_at is None
        met["died"] += died
        if not died:
            break
    print({"kind": kind, "paid": paid, "callSites": met["died"]})
    assert met["died"] == (3 if paid else 2), "payment, account, effect"
    assert len(sent("payments", "PaymentSucceeded" if paid else "PaymentFailed")) == position + 1


@pytest.mark.covers("R-05")
def test_two_askers_and_a_late_event_in_every_order_credit_once(paid: bool, stage: str, clock: FixedClock) -> None:
    names = iter(range(10**6))
    met: list[str] = []

    def prepare() -> Sequence[Callable[[], object]]:
        name = f"p{next(names)}"
        met.append(name)
        _begin(name)
        event_id = _keep(name, COMPLETED if paid else EXPIRED)
        at = clock.now()
        ask = partial(asking.ask, payment_pk(name), PAYMENT_SK, now=at)
        return [ask, ask, partial(stripe_events.process, event_id, now=at)]

    outcomes: Counter[tuple[str, int, int]] = Counter()
    for meeting in explore(prepare, most=ORDERS, preemptions=2):
        assert meeting.refused == {}
        outcomes[_outcome(met[-1])] += 1
    print({"paid": paid, "orders": sum(outcomes.values())})
    assert set(outcomes) == {_expected(paid)}
    assert sum(outcomes.values()) >= 30
