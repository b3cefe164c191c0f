"""A user's purchases, and the pages a buyer returns to."""

from datetime import timedelta

import pytest

from shared.kernel.realtime.items import ChannelLog
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit
from shared.payments.checkout import REF_SK, ref_pk
from shared.payments.events import PaymentFailed, PaymentSucceeded
from shared.payments.items import ProviderRefItem
from tests import deliveries
from tests.calls import Call, Invoke
from tests.clock import START
from tests.languages import english
from tests.lists import assert_sorts
from tests.triggers import principal, queue_event

VIEWER = principal("usr_viewer", "payments:buy")
OTHER = principal("usr_other", "payments:buy")


def view(payment_id: str, created: str, **changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "id": payment_id,
        "priceId": "prc_1",
        "productCode": "credits-100",
        "credits": "100",
        "bonusCredits": "5",
        "amount": 999,
        "currency": "USD",
        "provider": "STRIPE",
        "status": "PENDING",
        "method": None,
        "createdAt": created,
        "settledAt": None,
    }
    return fields | changes


def keep(payment_id: str, minutes: int = 0, **changes: object) -> None:
    commit(Put(deliveries.payment(payment_id, at=START + timedelta(minutes=minutes), **changes)))


@pytest.mark.covers("S-W-52", "S-P-27")
def test_purchases_come_newest_first_page_by_page(call: Call) -> None:
    keep("pay_1", status="SUCCEEDED", method="CARD", settled_at=START)
    keep("pay_2", minutes=1, status="FAILED")
    keep("pay_3", minutes=2)
    keep("pay_x", minutes=3, user_id="usr_other")
    first = call("payments.list_payments", caller=VIEWER, query={"limit": "2"})
    assert first.status == 200
    assert first.data == [
        view("pay_3", "2026-03-01T09:32:00.000Z"),
        view("pay_2", "2026-03-01T09:31:00.000Z", status="FAILED"),
    ]
    cursor = first.json["pagination"].pop("nextCursor")
    rest = call("payments.list_payments", caller=VIEWER, query={"limit": "2", "cursor": cursor})
    paid = {"status": "SUCCEEDED", "method": "CARD", "settledAt": "2026-03-01T09:30:00.000Z"}
    assert rest.json == {
        "data": [view("pay_1", "2026-03-01T09:30:00.000Z", **paid)],
        "pagination": {"limit": 2, "hasMore": False, "nextCursor": None},
    }
    assert_sorts(call, "payments.list_payments", VIEWER)
    support = principal("usr_admin", "payments:read")
    assert_sorts(call, "payments.list_user_payments", support, query={"userId": "usr_viewer"})
    foreign = call("payments.list_payments", caller=OTHER, query={"cursor": cursor})
    assert (foreign.status, foreign.json["error"]["details"][0]["field"]) == (400, "cursor")


@pytest.mark.covers("S-W-52")
def test_a_history_page_holds_twenty_unless_told(call: Call) -> None:
    answer = call("payments.list_payments", caller=VIEWER)
    assert answer.json == {"data": [], "pagination": {"limit": 20, "hasMore": False, "nextCursor": None}}


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"limit": "x"}, {"page": "2"}, {"cursor": "x"}])
def test_a_query_of_another_form_is_refused(call: Call, query: dict[str, str]) -> None:
    answer = call("payments.list_payments", caller=VIEWER, query=query)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


def test_a_purchase_is_its_buyers(call: Call) -> None:
    keep("pay_1")
    mine = call("payments.read_payment", path={"payment_id": "pay_1"}, caller=VIEWER)
    assert (mine.status, mine.json) == (200, {"data": view("pay_1", "2026-03-01T09:30:00.000Z"), "meta": {}})
    foreign = call("payments.read_payment", path={"payment_id": "pay_1"}, caller=OTHER)
    unknown = call("payments.read_payment", path={"payment_id": "pay_2"}, caller=OTHER)
    assert (foreign.status, foreign.json) == (unknown.status, unknown.json) == (404, foreign.json)


@pytest.mark.parametrize("function", ["list_payments", "read_payment"])
def test_purchases_need_a_caller_with_the_permission(call: Call, function: str) -> None:
    path = {"path": {"payment_id": "pay_1"}} if function == "read_payment" else {}
    assert call(f"payments.{function}", **path).status == 401
    assert call(f"payments.{function}", caller=principal("usr_x"), **path).status == 403


@pytest.mark.covers("S-W-53")
@pytest.mark.parametrize(
    ("status", "heading"),
    [
        ("PENDING", "Waiting for the payment"),
        ("SUCCEEDED", "Payment received"),
        ("FAILED", "Payment not made"),
        ("UNDER_REVIEW", "We are checking this payment"),
        ("REFUNDED", "Payment refunded"),
    ],
)
def test_the_page_after_a_checkout_tells_what_we_know_and_nothing_personal(
    call: Call, status: str, heading: str
) -> None:
    keep("pay_1", status=status)
    commit(Put(ProviderRefItem(pk=ref_pk("cs_1"), sk=REF_SK, payment_id="pay_1")))
    answer = call("payments.show_checkout_result", query={"session_id": "cs_1", "utm_source": "x"})
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert f"<h1>{heading}</h1>" in answer.text
    assert f"<title>{heading} · Wellspring Live</title>" in answer.text
    assert ("?session_id=cs_1" in answer.text) == (status == "PENDING")
    assert 'href="https://live.wellspring.example">Back to Wellspring Live</a>' in answer.text
    assert not [word for word in ("usr_viewer", "pay_1", "999", "USD", "prc_1") if word in answer.text]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", ["PENDING", "SUCCEEDED", "FAILED", "UNDER_REVIEW", "REFUNDED", "unknown"])
def test_the_page_after_a_checkout_speaks_the_language_that_the_browser_asks_for(call: Call, status: str) -> None:
    spanish = {"accept-language": "es-ES,es;q=0.9"}
    keep("pay_1", status=status)
    if status != "unknown":
        commit(Put(ProviderRefItem(pk=ref_pk("cs_1"), sk=REF_SK, payment_id="pay_1")))
    answer = call("payments.show_checkout_result", query={"session_id": "cs_1"}, headers=spanish)
    left = call("payments.show_checkout_cancelled", headers=spanish)
    for page in (answer, left):
        assert '<html lang="es">' in page.text
        assert english(page.text.replace("Wellspring Live", "")) == []


@pytest.mark.covers("S-W-53")
def test_the_page_of_a_checkout_that_is_not_ours_says_so(call: Call) -> None:
    answer = call("payments.show_checkout_result", query={"session_id": '"><script>'})
    assert answer.status == 404
    assert "<script>" not in answer.text
    assert "We do not know this checkout" in answer.text


def test_a_checkout_that_was_left_has_a_page(call: Call) -> None:
    answer = call("payments.show_checkout_cancelled")
    assert answer.status == 200
    assert "Nothing was bought" in answer.text
    assert "Back to Wellspring Live" in answer.text


def frames() -> list[str]:
    log = reads.get(ChannelLog, "CHANNEL#user:usr_viewer", "LOG")
    return list(log.frames) if log else []


def test_a_buyer_is_told_live_what_came_of_a_purchase(invoke: Invoke) -> None:
    paid = PaymentSucceeded(
        payment_id="pay_1", user_id="usr_viewer", credits=100_000, bonus_credits=5_000, amount=999, currency="USD"
    )
    failed = PaymentFailed(payment_id="pay_2", user_id="usr_viewer", reason="expired")
    assert invoke("payments.announce_payment", queue_event(paid, failed)) == {"batchItemFailures": []}
    first, second = frames()
    assert '"type":"credits.topped_up"' in first
    assert '"data":{"paymentId":"pay_1","credits":"100","bonusCredits":"5"}' in first
    assert '"type":"payment.failed"' in second
    assert '"data":{"paymentId":"pay_2","reason":"expired"}' in second


def test_support_reads_a_users_purchases(call: Call) -> None:
    keep("pay_1", status="SUCCEEDED")
    keep("pay_x", minutes=3, user_id="usr_other")
    support = principal("usr_admin", "payments:read")
    answer = call("payments.list_user_payments", caller=support, query={"userId": "usr_viewer"})
    assert [one["id"] for one in answer.data] == ["pay_1"]
    assert call("payments.list_user_payments", caller=VIEWER, query={"userId": "usr_viewer"}).code == "FORBIDDEN"
    assert call("payments.list_user_payments", caller=support).code == "VALIDATION_ERROR"
