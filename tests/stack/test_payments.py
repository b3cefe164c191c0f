"""Buying on the deployed stack: every way a checkout may end, on Stripe's page, through its webhooks, to the wallet."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests

from infra.local.client import Client
from tests.stack.conftest import Stack

WITHIN = 60


@pytest.fixture
def price(viewer: Client) -> str:
    packs = viewer.call("GET", "/v1/payments/prices").data
    found: str = next(pack["id"] for pack in packs if pack["productCode"] == "credits-1000")
    return found


@pytest.fixture
def steer(stack: Stack) -> Callable[..., None]:
    def post(**modes: Any) -> None:
        answer = requests.post(f"{stack['simulators']['stripe']}/_sim/modes", json=modes, timeout=30)
        assert answer.status_code == 200, answer.text

    return post


def begin(viewer: Client, price: str) -> dict[str, Any]:
    answer = viewer.call(
        "POST", "/v1/payments/checkout", {"priceId": price}, headers={"Idempotency-Key": uuid.uuid4().hex}
    )
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.data
    return found


def press(checkout: dict[str, Any], *actions: str) -> requests.Response:
    for action in actions:
        answer = requests.post(checkout["checkoutUrl"], data={"action": action}, timeout=30, allow_redirects=False)
    return answer


def newest(viewer: Client) -> dict[str, Any]:
    found: dict[str, Any] = viewer.call("GET", "/v1/payments/history", limit=1).data[0]
    return found


def becomes(viewer: Client, status: str) -> dict[str, Any]:
    """Wait until the newest purchase has a status."""
    deadline = time.monotonic() + WITHIN
    while (payment := newest(viewer))["status"] != status:
        assert time.monotonic() < deadline, payment
        time.sleep(0.2)
    return payment


def available(viewer: Client) -> str:
    found: str = viewer.call("GET", "/v1/wallet/balance").data["available"]
    return found


@pytest.mark.covers("S-W-45", "S-W-51", "S-W-52", "S-W-53", "X-W-12")
def test_paying_by_card_brings_credits_bonus_a_live_message_and_a_page(viewer: Client, price: str) -> None:
    socket = viewer.connect()
    viewer.hear(socket, f"user:{viewer.user_id}")
    returned = press(begin(viewer, price), "card")
    assert returned.status_code == 303
    payment = becomes(viewer, "SUCCEEDED")
    told = socket.wait_for("credits.topped_up", paymentId=payment["id"])
    socket.close()
    assert (told["data"]["credits"], told["data"]["bonusCredits"]) == ("1000", "50")
    assert available(viewer) == "1050"
    assert payment["method"] == "CARD"
    assert viewer.call("GET", f"/v1/payments/{payment['id']}").data == payment
    page = requests.get(returned.headers["Location"], timeout=30)
    assert (page.status_code, "Payment received" in page.text) == (200, True)


@pytest.mark.covers("X-W-22", "X-W-23")
def test_a_bank_payment_is_credited_when_the_money_arrives_and_not_before(viewer: Client, price: str) -> None:
    checkout = begin(viewer, price)
    page = press(checkout, "bank").headers["Location"]
    time.sleep(2)
    assert (newest(viewer)["status"], available(viewer)) == ("PENDING", "0")
    assert "Waiting for the payment" in requests.get(page, timeout=30).text
    press(checkout, "arrives")
    assert becomes(viewer, "SUCCEEDED")["method"] == "BANK"
    assert available(viewer) == "1050"


@pytest.mark.covers("S-W-46", "X-W-22")
@pytest.mark.parametrize("actions", [("expire",), ("bank", "fails"), ("decline", "expire")])
def test_a_checkout_without_money_fails_and_says_so_live(viewer: Client, price: str, actions: tuple[str, ...]) -> None:
    socket = viewer.connect()
    viewer.hear(socket, f"user:{viewer.user_id}")
    press(begin(viewer, price), *actions)
    payment = becomes(viewer, "FAILED")
    socket.wait_for("payment.failed", paymentId=payment["id"])
    socket.close()
    assert available(viewer) == "0"


@pytest.mark.covers("R-11", "X-W-25")
def test_doubled_reordered_and_delayed_webhooks_credit_once(
    viewer: Client, price: str, steer: Callable[..., None]
) -> None:
    steer(
        webhook_duplicate={"times": 3, "copies": 20},
        webhook_reorder={"times": 2},
        webhook_corrupt={"times": 5},
    )
    press(begin(viewer, price), "card")
    becomes(viewer, "SUCCEEDED")
    time.sleep(3)
    assert available(viewer) == "1050"


def test_while_stripe_is_down_a_purchase_waits_and_goes_on_with_the_same_key(
    viewer: Client, price: str, steer: Callable[..., None]
) -> None:
    key = {"Idempotency-Key": uuid.uuid4().hex}
    steer(server_error={"times": 2, "only": "POST /v1/checkout/sessions"})
    refused = viewer.call("POST", "/v1/payments/checkout", {"priceId": price}, headers=key)
    assert (refused.status, refused.code) == (503, "UNAVAILABLE")
    answer = viewer.call("POST", "/v1/payments/checkout", {"priceId": price}, headers=key)
    assert answer.status == 201
    again = viewer.call("POST", "/v1/payments/checkout", {"priceId": price}, headers=key)
    assert (again.data, again.headers["Idempotency-Replayed"]) == (answer.data, "true")


@pytest.mark.covers("S-W-54", "S-W-55")
def test_an_admin_makes_a_pack_sells_it_and_takes_it_off_sale(admin: Client, viewer: Client) -> None:
    code = f"test-{uuid.uuid4().hex[:8]}"
    body = {"productCode": code, "credits": "2.5", "amount": 100, "currency": "EUR"}
    made = admin.call("POST", "/v1/admin/prices", body, api="adminApi")
    assert made.status == 201, made.body
    assert code in [pack["productCode"] for pack in admin.call("GET", "/v1/admin/prices", api="adminApi").data]
    press(begin(viewer, made.data["id"]), "card")
    becomes(viewer, "SUCCEEDED")
    assert available(viewer) == "2.5"
    seen = {"if-match": made.headers["ETag"]}
    off = admin.call("PATCH", f"/v1/admin/prices/{made.data['id']}", {"active": False}, api="adminApi", headers=seen)
    assert (off.status, off.data["active"]) == (200, False)
    refused = viewer.call("POST", "/v1/payments/checkout", {"priceId": made.data["id"]})
    assert (refused.status, refused.code) == (409, "PRICE_INACTIVE")
    assert viewer.call("GET", "/v1/admin/prices", api="adminApi").status == 403


def test_a_purchase_of_somebody_else_is_not_there(viewer: Client, admin: Client, price: str) -> None:
    begin(viewer, price)
    payment_id = newest(viewer)["id"]
    assert viewer.call("GET", f"/v1/payments/{payment_id}").status == 200
    assert admin.call("GET", f"/v1/payments/{payment_id}").status == 404
