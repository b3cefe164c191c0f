"""R-11: however often, in whatever order and however late Stripe tells of a payment, it is credited once."""

import random
from collections import Counter
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from shared import wallet
from shared.kernel import clock as kernel_clock
from shared.kernel import inbox
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit
from shared.payments import stripe_events
from shared.payments.items import PaymentsInbox
from tests import deliveries, faults, workers
from tests.clock import START, FixedClock
from tests.deliveries import ARRIVED, COMPLETED, EXPIRED, NEVER_ARRIVED
from tests.figures import tell
from tests.outbox import sent
from tests.triggers import Event

pytestmark = pytest.mark.wire

TIMES = 1_000
CREDIT = 105_000
STORAGE = (*faults.WRITES, "GetItem", "Query")

UNPAID = "completed, unpaid"
TOLD = (UNPAID, COMPLETED, ARRIVED, EXPIRED, NEVER_ARRIVED)
"""Five things Stripe may tell of one session."""
OTHERS = ("charge.succeeded", "charge.refunded", "payment_intent.succeeded")
PAID = {COMPLETED, ARRIVED}
FAILED = {EXPIRED, NEVER_ARRIVED}


def _prepare() -> None:
    kernel_clock._clock = FixedClock()


def _begin(payment_id: str) -> None:
    commit(Put(deliveries.payment(payment_id, at=START, user_id=f"usr_{payment_id}")))


def _event(payment_id: str, what: str) -> tuple[str, bytes]:
    event_id = f"evt_{payment_id}_{(*TOLD, *OTHERS).index(what)}"
    session: Event = {"metadata": {"userId": f"usr_{payment_id}", "priceId": "prc_1", "paymentId": payment_id}}
    if what == UNPAID:
        session["payment_status"] = "unpaid"
    return event_id, deliveries.event(event_id, COMPLETED if what == UNPAID else what, payment_id, **session)


def _deliver(job: tuple[str, str]) -> int:
    return deliveries.deliver(_event(*job)[1], kernel_clock.system_clock().now())


def _work(job: tuple[str, str]) -> list[str]:
    return deliveries.work(_event(*job)[0])


def _both(job: tuple[str, str]) -> tuple[int, list[str]]:
    return _deliver(job), _work(job)


def _in_order(job: tuple[str, tuple[str, ...]]) -> list[tuple[int, list[str]]]:
    payment_id, order = job
    _begin(payment_id)
    return [_both((payment_id, what)) for what in order]


def _expected(told: set[str]) -> tuple[str, int]:
    if told & PAID:
        return "SUCCEEDED", CREDIT
    return ("FAILED", 0) if told & FAILED else ("PENDING", 0)


def _outcome(payment_id: str) -> tuple[str, int]:
    return deliveries.standing(payment_id).status, wallet.read_account(f"usr_{payment_id}").balance


def _credits_written(payment_id: str) -> int:
    account = wallet.read_account(f"usr_{payment_id}")
    return account.sequence


@pytest.mark.covers("R-11", "S-W-48")
@pytest.mark.parametrize("what", [*TOLD, *OTHERS])
def test_one_event_a_thousand_times_at_once_has_one_effect(what: str, stage: str) -> None:
    _begin("p")
    jobs = [("p", what)] * TIMES
    with workers.copies(_prepare) as pool:
        answers = Counter(workers.at_once(pool, _deliver, jobs))
        failures = sum(len(failed) for failed in workers.at_once(pool, _work, jobs))
    tell({"event": what, "answers": dict(answers), "failedWork": failures, "outcome": _outcome("p")})

    assert answers == {200: TIMES}
    assert failures == 0
    assert _outcome("p") == _expected({what})
    assert _credits_written("p") == (2 if what in PAID else 0)
    assert len(sent("payments", "StripeEventReceived")) == 1
    assert len(sent("payments", "PaymentSucceeded")) == (what in PAID)
    assert len(sent("payments", "PaymentFailed")) == (what in FAILED)
    assert len(sent("wallet", "CreditsDeposited")) == (what in PAID)


def _orders() -> Iterator[tuple[str, ...]]:
    for length in range(1, len(TOLD) + 1):
        yield from permutations(TOLD, length)


@pytest.mark.covers("R-11", "X-W-25")
def test_every_order_of_up_to_five_events_ends_the_same(stage: str) -> None:
    orders = {f"p{number}": order for number, order in enumerate(_orders())}
    with workers.copies(_prepare) as pool:
        results = workers.at_once(pool, _in_order, list(orders.items()))
    tell({"orders": len(orders), "deliveries": sum(len(order) for order in orders.values())})

    assert len(orders) == 325
    assert all(result == (200, []) for one in results for result in one)
    assert {name: _outcome(name) for name in orders} == {name: _expected({*order}) for name, order in orders.items()}
    paid = sum(bool({*order} & PAID) for order in orders.values())
    assert len(sent("payments", "PaymentSucceeded")) == len(sent("wallet", "CreditsDeposited")) == paid


@pytest.mark.covers("R-11", "X-W-25")
def test_all_events_of_many_payments_at_once_doubled_and_shuffled_credit_each_payment_once(stage: str) -> None:
    seed = random.randrange(10**6)
    names = [f"p{number}" for number in range(40)]
    jobs = [(name, what) for name in names for what in TOLD] * 4
    random.Random(seed).shuffle(jobs)
    for name in names:
        _begin(name)
    with workers.copies(_prepare) as pool:
        results = workers.at_once(pool, _both, jobs)
    tell({"seed": seed, "deliveries": len(jobs), "results": dict(Counter(map(str, results)))})

    assert set(map(str, results)) == {str((200, []))}
    assert {_outcome(name) for name in names} == {("SUCCEEDED", CREDIT)}
    assert {_credits_written(name) for name in names} == {2}


@pytest.mark.covers("R-11")
def test_an_event_may_come_for_the_first_time_three_days_late(stage: str, clock: FixedClock) -> None:
    _begin("p")
    clock.advance(hours=72)
    assert _both(("p", COMPLETED)) == (200, [])
    assert _outcome("p") == ("SUCCEEDED", CREDIT)


@pytest.mark.covers("R-11", "S-W-48", "X-W-34")
@pytest.mark.parametrize("hours", [1, 72, 24 * 120])
def test_an_event_that_comes_again_much_later_changes_nothing(hours: int, stage: str, clock: FixedClock) -> None:
    _begin("p")
    assert _both(("p", COMPLETED)) == (200, [])
    clock.advance(hours=hours)
    assert _both(("p", COMPLETED)) == (200, [])
    assert _both(("p", ARRIVED)) == (200, [])
    assert (_outcome("p"), _credits_written("p")) == (("SUCCEEDED", CREDIT), 2)


def _crashed(step: Any, position: int, kind: str) -> int:
    plan = faults.script(*[None] * position, kind)
    with faults.injected(plan, operations=STORAGE) as met:
        try:
            step()
        except faults.Crash:
            return 1
    return met.seen[kind]


@pytest.mark.covers("R-06", "X-W-25")
@pytest.mark.parametrize("what", [COMPLETED, EXPIRED, UNPAID, "charge.refunded"])
@pytest.mark.parametrize("kind", [faults.CRASH_BEFORE, faults.CRASH_AFTER])
def test_a_death_before_or_after_any_call_to_storage_is_made_good_by_the_next_delivery(
    what: str, kind: str, stage: str, clock: FixedClock
) -> None:
    met = Counter[str]()
    for name, step in (("receive", _deliver), ("work", _work)):
        for position in range(20):
            payment_id = f"{name}{position}"
            job = (payment_id, what)
            _begin(payment_id)
            if name == "work":
                assert _deliver(job) == 200
            died = _crashed(lambda step=step, job=job: step(job), position, kind)
            assert _both(job) == (200, [])
            assert _outcome(payment_id) == _expected({what})
            assert _credits_written(payment_id) == (2 if what in PAID else 0)
            met[name] += died
            if not died:
                break
    tell({"event": what, "kind": kind, "callSites": dict(met)})
    assert met["receive"] == 1
    assert met["work"] == {COMPLETED: 4, EXPIRED: 3, UNPAID: 3, "charge.refunded": 2}[what]


@pytest.mark.covers("X-W-25")
@pytest.mark.parametrize("kind", [faults.SILENT_AFTER, faults.SILENT_BEFORE, faults.THROTTLE, faults.CONFLICT])
def test_trouble_on_the_wire_while_crediting_credits_once(kind: str, stage: str, clock: FixedClock) -> None:
    _begin("p")
    assert _deliver(("p", COMPLETED)) == 200
    with faults.injected(faults.script(kind, kind)) as met:
        assert _work(("p", COMPLETED)) == []
    assert met.seen[kind] >= 1
    assert (_outcome("p"), _credits_written("p")) == (("SUCCEEDED", CREDIT), 2)
    assert len(sent("payments", "PaymentSucceeded")) == 1


@pytest.mark.covers("X-W-26")
def test_an_inbox_of_three_days_is_worked_again_without_another_credit(stage: str, clock: FixedClock) -> None:
    for number in range(9):
        _begin(f"p{number}")
        assert _both((f"p{number}", COMPLETED)) == (200, [])
        clock.advance(hours=9)
    found = list(stripe_events.received_between(START, clock.now()))
    assert len(found) == stripe_events.replay(found, now=clock.now()) == 9
    for event_id in found:
        assert deliveries.work(event_id) == []
    assert {_outcome(f"p{number}") for number in range(9)} == {("SUCCEEDED", CREDIT)}
    kept = inbox.read(PaymentsInbox, "STRIPE", found[0])
    assert kept is not None
    assert kept.outcome == "DONE"
    assert len(list(reads.query_all(PaymentsInbox, PaymentsInbox.pk == kept.pk))) == 1
