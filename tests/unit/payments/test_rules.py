"""What a pack is worth, and what an event means for a payment."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import Money
from shared.payments import rules
from shared.payments.rules import Fail, Leave, Pack, Pay, Purchase, Review, Told

USD = Money(amount=999, currency="USD")
STATES = ("PENDING", "FAILED", "UNDER_REVIEW", "SUCCEEDED")


def purchase(status: str = "PENDING", ref: str | None = "cs_1") -> Purchase:
    return Purchase("pay_1", "usr_1", "prc_1", USD, status, ref)


def told(**changes: object) -> Told:
    fields = {"session_id": "cs_1", "user_id": "usr_1", "price_id": "prc_1", "amount": 999, "currency": "usd"}
    return Told(**fields | {"paid": True} | changes)


def pack(name: str, worth: int, amount: int, currency: str = "USD", bonus: int = 0) -> Pack:
    return Pack(name, worth, bonus, Money(amount=amount, currency=currency))


@pytest.mark.covers("S-W-56", "S-W-57")
def test_the_best_value_has_the_most_credits_for_the_money_with_its_bonus_counted() -> None:
    packs = [pack("small", 100, 100), pack("large", 1000, 900), pack("bonus", 500, 500, bonus=100)]
    assert rules.best_values(packs) == {"bonus"}


@pytest.mark.covers("S-W-56")
def test_each_currency_has_its_own_best_value() -> None:
    packs = [pack("usd", 100, 100), pack("worse", 100, 101), pack("eur", 100, 500, "EUR")]
    assert rules.best_values(packs) == {"usd", "eur"}


def test_of_equally_good_packs_the_cheaper_one_is_marked() -> None:
    assert rules.best_values([pack("b", 1000, 1000), pack("a", 100, 100)]) == {"a"}


def test_an_empty_shop_has_no_best_value() -> None:
    assert rules.best_values([]) == frozenset()


amounts = st.integers(1, 10**8)


@given(st.lists(st.tuples(amounts, amounts, st.sampled_from(["USD", "EUR"])), min_size=1, max_size=12))
def test_no_pack_of_the_currency_is_better_than_the_best(drawn: list[tuple[int, int, str]]) -> None:
    packs = [pack(str(number), *fields) for number, fields in enumerate(drawn)]
    best = {one.price.currency: one for one in packs if one.id in rules.best_values(packs)}
    assert set(best) == {one.price.currency for one in packs}
    for other in packs:
        marked = best[other.price.currency]
        assert marked.credits * other.price.amount >= other.credits * marked.price.amount


@pytest.mark.covers("S-W-45", "X-W-23")
def test_a_completed_checkout_is_paid_only_when_the_provider_says_so() -> None:
    assert rules.decide(rules.COMPLETED, told(), purchase()) == Pay("CARD")
    assert rules.decide(rules.COMPLETED, told(paid=False), purchase()) == Leave("the money is still to come")


@pytest.mark.covers("X-W-22")
def test_a_bank_payment_is_paid_when_the_money_arrives_and_fails_when_it_never_does() -> None:
    assert rules.decide(rules.ARRIVED, told(), purchase()) == Pay("BANK")
    assert rules.decide(rules.NEVER_ARRIVED, told(paid=False), purchase()) == Fail("declined")


@pytest.mark.covers("S-W-46")
def test_an_expired_checkout_fails() -> None:
    assert rules.decide(rules.EXPIRED, told(paid=False), purchase()) == Fail("expired")


@pytest.mark.parametrize("kind", [rules.EXPIRED, rules.NEVER_ARRIVED])
@pytest.mark.parametrize("status", STATES[1:])
def test_a_failure_changes_only_what_is_pending(kind: str, status: str) -> None:
    assert rules.decide(kind, told(paid=False), purchase(status)) == Leave(f"the payment is {status}")


@pytest.mark.parametrize("kind", [rules.COMPLETED, rules.ARRIVED])
@pytest.mark.parametrize("status", ["SUCCEEDED", "REFUNDED"])
def test_paid_once_is_paid_for_good(kind: str, status: str) -> None:
    assert rules.decide(kind, told(), purchase(status)) == Leave(f"the payment is {status}")


def test_money_that_comes_after_a_failure_is_still_money() -> None:
    assert rules.decide(rules.ARRIVED, told(), purchase("FAILED")) == Pay("BANK")


def test_a_payment_under_review_is_not_paid_by_an_event() -> None:
    assert isinstance(rules.decide(rules.COMPLETED, told(), purchase("UNDER_REVIEW")), Review)


@pytest.mark.parametrize("kind", sorted(rules.SESSION_EVENTS))
@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"amount": 998}, "amount"),
        ({"amount": None}, "amount"),
        ({"currency": "eur"}, "amount"),
        ({"currency": None}, "amount"),
        ({"user_id": "usr_2"}, "metadata"),
        ({"user_id": None}, "metadata"),
        ({"price_id": "prc_2"}, "metadata"),
        ({"session_id": "cs_2"}, "session"),
    ],
)
def test_whatever_does_not_fit_the_payment_goes_to_a_person(kind: str, change: dict[str, object], what: str) -> None:
    for status in STATES:
        assert rules.decide(kind, told(**change), purchase(status)) == Review(f"{what} differs")


def test_an_event_may_overtake_our_own_note_of_its_session() -> None:
    assert rules.decide(rules.COMPLETED, told(), purchase(ref=None)) == Pay("CARD")


@pytest.mark.parametrize("order", [*permutations(sorted(rules.SESSION_EVENTS))])
def test_in_every_order_a_paid_session_ends_paid(order: tuple[str, ...]) -> None:
    status = "PENDING"
    for kind in order:
        decision = rules.decide(kind, told(paid=kind in {rules.COMPLETED, rules.ARRIVED}), purchase(status))
        status = {Pay: "SUCCEEDED", Fail: "FAILED"}.get(type(decision), status)
    assert status == "SUCCEEDED"
