"""Purchases whose news was lost are asked after, and end as they would have with it."""

from datetime import timedelta
from typing import Any

import pytest

from shared import wallet
from shared.kernel.storage.writes import Put, commit
from shared.payments import asking, checkout, provider, rules
from shared.payments import reviews as payment_reviews
from shared.payments.items import PAYMENT_SK, payment_pk
from tests import deliveries
from tests.calls import Call, Invoke
from tests.clock import START, FixedClock
from tests.outbox import sent
from tests.providers import Provider, choose
from tests.queues import DueQueues
from tests.triggers import due_event, principal, schedule_event

ADMIN = principal("usr_admin", "payments:manage-prices")
VIEWER = principal("usr_viewer", "payments:buy")
PACK = {"productCode": "credits-100", "credits": "100", "bonusCredits": "5", "amount": 999, "currency": "USD"}


@pytest.fixture
def url(call: Call, stripe: Provider) -> str:
    price = call("payments.create_price", body=PACK, caller=ADMIN).data["id"]
    answer = call("payments.start_checkout", body={"priceId": price}, caller=VIEWER, key="key-1")
    found: str = answer.data["checkoutUrl"]
    return found


def payment(stripe: Provider) -> Any:
    return deliveries.standing(sessions(stripe)["metadata"]["paymentId"])


def sessions(stripe: Provider) -> dict[str, Any]:
    found: dict[str, Any] = stripe.state()["objects"]["checkout.session"][0]
    return found


def ask(invoke: Invoke, payment_id: str) -> None:
    answer = invoke("payments.ask_after_payment", due_event((payment_pk(payment_id), PAYMENT_SK)))
    assert answer == {"batchItemFailures": []}


def balance() -> int:
    return wallet.read_account("usr_viewer").balance


def test_a_purchase_is_handed_over_half_an_hour_after_it_began_and_not_when_it_is_settled(
    invoke: Invoke, due_queues: DueQueues, clock: FixedClock
) -> None:
    commit(Put(deliveries.payment("pay_1", at=START)))
    commit(Put(deliveries.payment("pay_2", at=START)))
    deliveries.deliver(deliveries.event("evt_1", deliveries.COMPLETED, "pay_2"), START)
    deliveries.work("evt_1")
    clock.advance(seconds=28 * 60)
    invoke("payments.sweep_payments", schedule_event())
    assert due_queues.taken() == []
    clock.advance(seconds=60)
    invoke("payments.sweep_payments", schedule_event())
    assert [message.body["pk"] for message in due_queues.taken()] == [payment_pk("pay_1")]


def test_money_whose_news_was_lost_is_credited_with_its_bonus_and_told(
    invoke: Invoke, stripe: Provider, url: str, clock: FixedClock
) -> None:
    choose(url, "card")
    clock.advance(seconds=1800)
    payment_id = payment(stripe).id
    ask(invoke, payment_id)
    found = payment(stripe)
    assert (found.status, found.method, found.due_at, balance()) == ("SUCCEEDED", "CARD", None, 105_000)
    assert [told["payment_id"] for told in sent("payments", "PaymentSucceeded")] == [payment_id]
    ask(invoke, payment_id)
    assert balance() == 105_000


def test_an_event_that_comes_late_after_all_credits_nothing_more(
    invoke: Invoke, stripe: Provider, url: str, clock: FixedClock
) -> None:
    choose(url, "card")
    clock.advance(seconds=1800)
    found = payment(stripe)
    ask(invoke, found.id)
    body = deliveries.event(
        "evt_1",
        deliveries.COMPLETED,
        found.id,
        id=found.provider_ref,
        metadata={"userId": "usr_viewer", "priceId": found.price_id, "paymentId": found.id},
    )
    assert deliveries.deliver(body, clock.now()) == 200
    assert deliveries.work("evt_1") == []
    assert balance() == 105_000


def test_money_by_bank_that_arrived_is_credited_and_known_as_such(
    invoke: Invoke, stripe: Provider, url: str, clock: FixedClock
) -> None:
    choose(url, "bank")
    clock.advance(seconds=1800)
    payment_id = payment(stripe).id
    ask(invoke, payment_id)
    assert (payment(stripe).status, balance()) == ("PENDING", 0)
    choose(url, "arrives")
    clock.advance(seconds=3600)
    ask(invoke, payment_id)
    assert (payment(stripe).status, payment(stripe).method, balance()) == ("SUCCEEDED", "BANK", 105_000)


@pytest.mark.parametrize(("choices", "reason"), [(("expire",), "expired"), (("bank", "fails"), "declined")])
def test_a_purchase_that_came_to_nothing_fails_and_is_told(
    choices: tuple[str, ...], reason: str, invoke: Invoke, stripe: Provider, url: str, clock: FixedClock
) -> None:
    for choice in choices:
        choose(url, choice)
    clock.advance(seconds=1800)
    payment_id = payment(stripe).id
    ask(invoke, payment_id)
    assert (payment(stripe).status, payment(stripe).reason, payment(stripe).due_at) == ("FAILED", reason, None)
    assert [told["reason"] for told in sent("payments", "PaymentFailed")] == [reason]
    assert balance() == 0


def test_one_that_is_still_open_is_asked_after_again_and_ever_more_seldom(
    invoke: Invoke, stripe: Provider, url: str, clock: FixedClock
) -> None:
    payment_id = payment(stripe).id
    waits = []
    for _ in range(6):
        clock.advance(seconds=(payment(stripe).due_at - clock.now()).total_seconds())
        ask(invoke, payment_id)
        waits.append((payment(stripe).due_at - clock.now()) / timedelta(hours=1))
    assert (payment(stripe).status, waits) == ("PENDING", [1, 2, 4, 6, 6, 6])


def test_a_message_before_its_time_asks_nobody(invoke: Invoke, stripe: Provider, url: str, clock: FixedClock) -> None:
    choose(url, "card")
    clock.advance(seconds=1799)
    ask(invoke, payment(stripe).id)
    assert (payment(stripe).status, stripe.state()["calls"].get("GET /v1/checkout/sessions")) == ("PENDING", None)


@pytest.mark.parametrize("trouble", ["rate_limit", "server_error", "unreachable"])
def test_while_stripe_is_in_trouble_the_purchase_waits_and_after_a_day_an_alarm_tells(
    trouble: str, invoke: Invoke, stripe: Provider, url: str, clock: FixedClock, reviews: list[str]
) -> None:
    choose(url, "card")
    payment_id = payment(stripe).id
    stripe.steer("modes", {trouble: {"times": None}})
    clock.advance(seconds=1800)
    ask(invoke, payment_id)
    assert (payment(stripe).status, payment(stripe).asked, reviews) == ("PENDING", 1, [])
    clock.advance(seconds=86_400)
    ask(invoke, payment_id)
    assert (payment(stripe).status, reviews) == ("PENDING", [asking.UNANSWERED_METRIC])
    stripe.steer("modes", {trouble: {"times": 0}})
    clock.advance(seconds=6 * 3600)
    ask(invoke, payment_id)
    assert (payment(stripe).status, balance()) == ("SUCCEEDED", 105_000)


def test_a_key_that_stripe_refuses_leaves_the_purchase_waiting_and_tells_at_once(
    invoke: Invoke, stripe: Provider, url: str, clock: FixedClock, reviews: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "secret_fields", lambda _name: {"api_key": "sk_test_wrong"})
    clock.advance(seconds=1800)
    ask(invoke, payment(stripe).id)
    assert (payment(stripe).status, reviews) == ("PENDING", [provider.REFUSAL_METRIC])


def test_a_session_that_stripe_does_not_know_is_put_before_a_person(
    invoke: Invoke, stripe: Provider, clock: FixedClock, reviews: list[str]
) -> None:
    commit(Put(deliveries.payment(at=START)))
    clock.advance(seconds=1800)
    ask(invoke, "pay_1")
    found = deliveries.standing()
    assert (found.status, found.reason, found.due_at) == (
        "UNDER_REVIEW",
        "the provider does not know the session",
        None,
    )
    assert reviews == [payment_reviews.METRIC]


def test_an_answer_that_does_not_fit_the_purchase_credits_nothing(
    invoke: Invoke, stripe: Provider, url: str, clock: FixedClock
) -> None:
    choose(url, "card")
    found = payment(stripe)
    found.amount = 1
    commit(Put(found))
    clock.advance(seconds=1800)
    ask(invoke, found.id)
    assert (payment(stripe).status, payment(stripe).reason, balance()) == ("UNDER_REVIEW", "amount differs", 0)


def test_a_purchase_whose_session_we_never_learned_fails_once_no_session_can_live(
    invoke: Invoke, stripe: Provider, clock: FixedClock
) -> None:
    commit(Put(deliveries.payment(at=START, provider_ref=None, checkout_url=None)))
    clock.advance(seconds=1800)
    ask(invoke, "pay_1")
    assert deliveries.standing().status == "PENDING"
    clock.advance(seconds=rules.SESSION_LIFE.total_seconds())
    ask(invoke, "pay_1")
    assert (deliveries.standing().status, deliveries.standing().reason) == ("FAILED", "expired")
    assert checkout.find("pay_1") is not None
