"""Buying a pack, up to the page to pay on, with a Stripe that may be in trouble."""

from typing import Any

import pytest
import stripe as stripe_sdk

from shared.kernel.storage.writes import Put, commit
from shared.payments import prices, provider, rules
from tests import deliveries, environment, faults
from tests.calls import Answer, Call
from tests.clock import FixedClock
from tests.providers import Provider, choose
from tests.triggers import principal

ADMIN = principal("usr_admin", "payments:manage-prices")
VIEWER = principal("usr_viewer", "payments:buy")
PACK = {"productCode": "credits-100", "credits": "100", "bonusCredits": "5", "amount": 999, "currency": "USD"}


@pytest.fixture
def price(call: Call) -> str:
    made: str = call("payments.create_price", body=PACK, caller=ADMIN).data["id"]
    return made


def buy(call: Call, price: str, **request: Any) -> Answer:
    return call("payments.start_checkout", body={"priceId": price}, **{"caller": VIEWER, "key": "key-1"} | request)


def sessions(stripe: Provider) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stripe.state()["objects"]["checkout.session"]
    return found


@pytest.mark.covers("S-W-43")
@pytest.mark.covers_partly(
    "S-W-42", missing="a way to pay cannot be chosen, and there is no crypto provider and no webhook of one"
)
def test_a_checkout_opens_a_session_for_the_pack_and_names_it(call: Call, stripe: Provider, price: str) -> None:
    answer = buy(call, price)
    (session,) = sessions(stripe)
    assert (answer.status, answer.json) == (
        201,
        {"data": {"checkoutUrl": session["url"], "sessionId": session["id"]}, "meta": {}},
    )
    payment = deliveries.standing(session["metadata"]["paymentId"])
    metadata = {"userId": "usr_viewer", "priceId": price, "paymentId": payment.id}
    assert session["metadata"] == metadata
    assert session["client_reference_id"] == payment.id
    assert (session["amount_total"], session["currency"]) == (999, "usd")
    assert session["success_url"] == "https://wellspring.example/done?session={CHECKOUT_SESSION_ID}"
    assert session["cancel_url"] == "https://wellspring.example/cancelled"
    assert (payment.status, payment.user_id, payment.provider_ref) == ("PENDING", "usr_viewer", session["id"])
    assert (payment.credits, payment.bonus_credits, payment.amount, payment.currency) == (100_000, 5_000, 999, "USD")


@pytest.mark.covers("S-W-42")
def test_the_payment_and_its_charge_carry_the_same_names(call: Call, stripe: Provider, price: str) -> None:
    assert choose(buy(call, price).data["checkoutUrl"], "card") == 303
    found = stripe.state()["objects"]
    (session,), (intent,), (charge,) = (found[kind] for kind in ("checkout.session", "payment_intent", "charge"))
    assert session["payment_status"] == "paid"
    assert session["metadata"] == intent["metadata"] == charge["metadata"]
    assert set(session["metadata"]) == {"userId", "priceId", "paymentId"}


def test_without_pages_of_a_client_the_buyer_returns_to_ours(
    call: Call, stripe: Provider, price: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WELLSPRING_CHECKOUT_SUCCESS_URL")
    monkeypatch.delenv("WELLSPRING_CHECKOUT_CANCEL_URL")
    environment.read_anew()
    buy(call, price)
    (session,) = sessions(stripe)
    base = "https://api.wellspring.example/v1/payments"
    assert session["success_url"] == base + "/success?session_id={CHECKOUT_SESSION_ID}"
    assert session["cancel_url"] == base + "/cancelled"


def test_the_same_key_gives_the_same_checkout(call: Call, stripe: Provider, price: str) -> None:
    first, again = buy(call, price), buy(call, price, request_id="req-2")
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(sessions(stripe)) == 1


def test_two_keys_are_two_purchases(call: Call, stripe: Provider, price: str) -> None:
    assert buy(call, price).data != buy(call, price, key="key-2").data
    assert len(sessions(stripe)) == 2


@pytest.mark.parametrize("trouble", ["rate_limit", "server_error", "timeout"])
def test_while_stripe_is_in_trouble_the_purchase_waits_and_then_goes_on(
    call: Call, stripe: Provider, price: str, trouble: str
) -> None:
    stripe.steer("modes", {trouble: {"times": 2}})
    refused = buy(call, price)
    assert (refused.status, refused.code) == (503, "UNAVAILABLE")
    if trouble == "rate_limit":
        stripe.steer("modes", {trouble: {"times": 0}})
    answer = buy(call, price, request_id="req-2")
    (session,) = sessions(stripe)
    assert (answer.status, answer.data["sessionId"]) == (201, session["id"])
    assert stripe.state()["happened"][trouble] >= 1


def test_a_stripe_that_nobody_reaches_is_unavailable(call: Call, price: str) -> None:
    refused = buy(call, price)
    assert (refused.status, refused.code) == (503, "UNAVAILABLE")


def test_a_lost_answer_of_stripe_is_asked_for_again(call: Call, stripe: Provider, price: str) -> None:
    stripe.steer("modes", {"timeout": {"times": 1}})
    assert buy(call, price).data["sessionId"] == sessions(stripe)[0]["id"]
    assert (len(sessions(stripe)), stripe.state()["happened"]) == (1, {"timeout": 1})


def test_a_crash_after_stripe_answered_leaves_a_purchase_that_goes_on(
    call: Call, stripe: Provider, price: str, clock: FixedClock
) -> None:
    plan = faults.script(faults.CRASH_BEFORE)
    with pytest.raises(faults.Crash), faults.injected(plan, operations=["TransactWriteItems"]):
        buy(call, price)
    # Whoever died keeps the key until its lock has run out.
    assert buy(call, price, request_id="req-2").code == "REQUEST_IN_PROGRESS"
    clock.advance(minutes=1)
    answer = buy(call, price, request_id="req-3")
    (session,) = sessions(stripe)
    assert (answer.status, answer.data["sessionId"]) == (201, session["id"])
    assert deliveries.standing(session["metadata"]["paymentId"]).provider_ref == session["id"]


def test_a_price_that_changes_meanwhile_does_not_change_a_purchase_that_has_begun(
    call: Call, stripe: Provider, price: str
) -> None:
    stripe.steer("modes", {"timeout": {"times": 2}})
    assert buy(call, price).status == 503
    call("payments.change_price", path={"price_id": price}, body={"amount": 5000}, caller=ADMIN, request_id="req-2")
    assert buy(call, price, request_id="req-3").status == 201
    assert [session["amount_total"] for session in sessions(stripe)] == [999]


def test_a_purchase_that_failed_meanwhile_is_over(call: Call, stripe: Provider, price: str, clock: FixedClock) -> None:
    stripe.steer("modes", {"timeout": {"times": 2}})
    assert buy(call, price).status == 503
    (session,) = sessions(stripe)
    body = deliveries.event("evt_1", deliveries.EXPIRED, **{n: session[n] for n in ("id", "metadata")})
    assert deliveries.deliver(body, clock.now()) == 200
    assert deliveries.work("evt_1") == []
    over = buy(call, price, request_id="req-2")
    assert (over.status, over.code) == (409, "PAYMENT_CLOSED")


def test_a_pack_that_is_no_longer_sold_is_refused(call: Call, stripe: Provider, price: str) -> None:
    call("payments.change_price", path={"price_id": price}, body={"active": False}, caller=ADMIN, request_id="req-2")
    refused = buy(call, price)
    assert (refused.status, refused.code) == (409, "PRICE_INACTIVE")
    assert sessions(stripe) == []


def test_an_unknown_pack_is_refused(call: Call, stripe: Provider) -> None:
    refused = buy(call, "prc_x")
    assert (refused.status, refused.code) == (404, "NOT_FOUND")
    assert sessions(stripe) == []


def test_only_a_verified_buyer_with_the_permission_may_buy(call: Call, stripe: Provider, price: str) -> None:
    nobody = buy(call, price, caller=None)
    stranger = buy(call, price, caller=principal("usr_x"))
    unverified = buy(call, price, caller=principal("usr_x", "payments:buy", verified=False))
    suspended = buy(call, price, caller=None, refused="suspended")
    assert [(answer.status, answer.code) for answer in (nobody, stranger, unverified, suspended)] == [
        (401, "UNAUTHORIZED"),
        (403, "FORBIDDEN"),
        (403, "EMAIL_NOT_VERIFIED"),
        (403, "ACCOUNT_SUSPENDED"),
    ]
    assert sessions(stripe) == []


@pytest.mark.parametrize("body", [{}, {"priceId": 1}, {"priceId": ""}, {"priceId": "p" * 65}, {"priceId": "p", "n": 1}])
def test_a_request_of_another_form_is_refused(call: Call, body: dict[str, object]) -> None:
    answer = call("payments.start_checkout", body=body, caller=VIEWER)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


def _classes() -> list[type[stripe_sdk.StripeError]]:
    found, left = [], [stripe_sdk.StripeError]
    while left:
        found.append(left.pop())
        left += found[-1].__subclasses__()
    return found


def _made(error: type[stripe_sdk.StripeError], code: str | None = None) -> stripe_sdk.StripeError:
    made = error.__new__(error)
    stripe_sdk.StripeError.__init__(made, "refused", code=code)
    return made


BUSY = {"APIConnectionError", "RateLimitError", "APIError"}


@pytest.mark.parametrize("error", _classes(), ids=lambda error: error.__name__)
def test_every_error_of_stripes_sdk_has_its_answer(
    error: type[stripe_sdk.StripeError],
    call: Call,
    stripe: Provider,
    price: str,
    monkeypatch: pytest.MonkeyPatch,
    reviews: list[str],
) -> None:
    def refuse() -> None:
        raise _made(error)

    monkeypatch.setattr(provider, "_stripe", refuse)
    refused = buy(call, price)
    if error is stripe_sdk.IdempotencyError:
        assert (refused.status, refused.code, reviews) == (409, "PAYMENT_CLOSED", [])
    else:
        told = [] if error.__name__ in BUSY else [provider.REFUSAL_METRIC]
        assert (refused.status, refused.code, reviews) == (503, "UNAVAILABLE", told)


@pytest.mark.parametrize("code", ["amount_too_small", "amount_too_large"])
def test_a_price_that_stripe_does_not_take_is_told_as_such(
    code: str, call: Call, price: str, monkeypatch: pytest.MonkeyPatch, reviews: list[str]
) -> None:
    def refuse() -> None:
        raise _made(stripe_sdk.InvalidRequestError, code)

    monkeypatch.setattr(provider, "_stripe", refuse)
    refused = buy(call, price)
    assert (refused.status, refused.code, reviews) == (409, "PRICE_NOT_SELLABLE", [provider.REFUSAL_METRIC])


def test_stripe_itself_refuses_what_is_below_its_minimum(
    call: Call, stripe: Provider, price: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "_minimums", lambda: {"USD": 1})
    cheap = {"credits": "10", "bonusCredits": "0", "amount": 49}
    call("payments.change_price", path={"price_id": price}, body=cheap, caller=ADMIN, request_id="req-2")
    refused = buy(call, price)
    assert (refused.status, refused.code) == (409, "PRICE_NOT_SELLABLE")


def test_a_pack_that_was_stored_below_the_minimum_is_not_for_sale(call: Call, stripe: Provider, price: str) -> None:
    stored = prices.find(price)
    stored.amount = 49
    commit(Put(stored))
    assert call("payments.list_prices").data == []
    refused = buy(call, price)
    assert (refused.status, refused.code, sessions(stripe)) == (409, "PRICE_INACTIVE", [])
