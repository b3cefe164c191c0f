"""Corrections: a report first, then an entry with its reason; the history is never rewritten."""

import pytest

from shared.kernel.storage.client import dynamodb
from shared.wallet import journal
from shared.wallet.errors import StaleAccount
from tests.clock import START
from tests.handlers.wallet.conftest import ADMIN, VIEWER, deposit, falsify, hold, rows
from tests.outbox import sent
from tests.triggers import principal

ADJUSTMENT = {
    "userId": "usr_viewer",
    "amount": "-2.5",
    "reasonCode": "WRONG_ENTRY",
    "reason": "Ticket 4711: stream froze",
    "corrects": "PAYMENT#pay_1",
}
RECONCILE = {"userId": "usr_viewer"}
APPLY = RECONCILE | {"apply": True, "reason": "Ticket 4711"}
CHANGES = [("wallet.adjust_wallet", ADJUSTMENT), ("wallet.reconcile_wallet", RECONCILE)]


def report(**changes):
    sound = {
        "userId": "usr_viewer",
        "balance": "100",
        "balanceDrift": "0",
        "heldDrift": "0",
        "entries": 1,
        "gaps": 0,
        "bookedDrift": "0",
        "sound": True,
        "applied": False,
    }
    return sound | changes


@pytest.fixture
def funded():
    """A viewer with 100 credits."""
    deposit("pay_1", 100_000)


def forget_answers():
    """Lose what was kept of requests, as if the first try had died before it could keep its answer."""
    for row in dynamodb().scan(TableName="test-wellspring-platform")["Items"]:
        if row["pk"]["S"].startswith("IDEMPOTENCY#"):
            key = {"pk": row["pk"], "sk": row["sk"]}
            dynamodb().delete_item(TableName="test-wellspring-platform", Key=key)


@pytest.mark.covers("S-W-13")
@pytest.mark.covers("X-W-06")
def test_an_adjustment_is_a_new_entry_with_its_reason_its_admin_and_what_it_corrects(call, funded):
    answer = call("wallet.adjust_wallet", body=ADJUSTMENT, caller=ADMIN, key="one")
    reference = answer.data["referenceId"]
    assert (answer.status, answer.data) == (
        201,
        {
            "id": reference,
            "status": "POSTED",
            "type": "ADJUSTMENT",
            "userId": "usr_viewer",
            "amount": "-2.5",
            "reasonCode": "WRONG_ENTRY",
            "reason": "Ticket 4711: stream froze",
            "corrects": "PAYMENT#pay_1",
            "referenceId": reference,
            "sequence": 2,
            "requestedBy": "usr_admin",
            "requestedAt": "2026-03-01T09:30:00.000Z",
            "decidedBy": None,
            "decidedAt": None,
            "note": None,
        },
    )
    newest, first = call("wallet.list_entries", caller=VIEWER).data
    assert newest == {
        "id": f"{int(START.timestamp() * 1000):013d}#0000000002",
        "type": "ADJUSTMENT",
        "amount": "-2.5",
        "currency": "CREDIT",
        "balanceBefore": "100",
        "balanceAfter": "97.5",
        "sequence": 2,
        "referenceType": "ADMIN",
        "referenceId": reference,
        "createdAt": "2026-03-01T09:30:00.000Z",
        "description": "Taken by support: Ticket 4711: stream froze",
        "paid": None,
        "metadata": {"reason": "Ticket 4711: stream froze", "reasonCode": "WRONG_ENTRY", "adminId": "usr_admin"},
    }
    assert (first["type"], first["amount"]) == ("DEPOSIT", "100")
    (kept,) = rows(f"TXN#ADMIN#{reference}")
    assert kept["corrects"] == {"S": "PAYMENT#pay_1"}
    assert sent("wallet", "CreditsAdjusted") == [
        {
            "user_id": "usr_viewer",
            "amount": -2500,
            "balance": 97_500,
            "reason": "Ticket 4711: stream froze",
            "admin_id": "usr_admin",
            "reason_code": "WRONG_ENTRY",
        }
    ]


@pytest.mark.covers("S-W-17", "X-P-01")
def test_one_request_adjusts_once_however_often_it_is_sent(call, funded):
    body = ADJUSTMENT | {"amount": "-60"}
    first = call("wallet.adjust_wallet", body=body, caller=ADMIN, key="one")
    again = call("wallet.adjust_wallet", body=body, caller=ADMIN, key="one")
    assert (again.text, again.headers["Idempotency-Replayed"]) == (first.text, "true")
    forget_answers()
    after_a_crash = call("wallet.adjust_wallet", body=body, caller=ADMIN, key="one")
    assert (after_a_crash.status, after_a_crash.text) == (201, first.text)
    assert call("wallet.read_balance", caller=VIEWER).data["balance"] == "40"
    other = call("wallet.adjust_wallet", body=ADJUSTMENT, caller=ADMIN, key="one")
    assert (other.status, other.code) == (422, "IDEMPOTENCY_KEY_REUSED")


@pytest.mark.covers("S-W-11")
def test_an_adjustment_never_takes_more_than_is_available(call, funded):
    hold("hold_1", 60_000)
    answer = call("wallet.adjust_wallet", body=ADJUSTMENT | {"amount": "-40.001"}, caller=ADMIN)
    assert (answer.status, answer.json) == (
        402,
        {
            "error": {
                "code": "INSUFFICIENT_CREDITS",
                "message": "There are not enough credits.",
                "details": [],
                "requestId": "req-1",
            },
            "data": {"required": "40.001", "available": "40", "missing": "0.001", "nearestPack": None},
            "meta": {},
        },
    )
    assert call("wallet.adjust_wallet", body=ADJUSTMENT | {"amount": "-40"}, caller=ADMIN, key="2").status == 201


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": -2.5}, "amount"),
        ({"amount": "0.0001"}, "amount"),
        ({"reason": "no"}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"userId": "x" * 65}, "userId"),
        ({"corrects": "x" * 201}, "corrects"),
        ({"currency": "USD"}, "currency"),
    ],
)
def test_a_malformed_adjustment_is_refused(call, funded, changes, field):
    answer = call("wallet.adjust_wallet", body=ADJUSTMENT | changes, caller=ADMIN)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in answer.json["error"]["details"]] == [field]
    assert call("wallet.read_balance", caller=VIEWER).data["balance"] == "100"


@pytest.mark.parametrize(("named", "body"), CHANGES)
def test_an_account_that_is_not_there_is_told_so(call, named, body):
    answer = call(named, body=body, caller=ADMIN)
    assert (answer.status, answer.code) == (404, "NOT_FOUND")


@pytest.mark.parametrize(("named", "body"), CHANGES)
def test_wallets_are_corrected_by_who_is_signed_in_and_may(call, funded, named, body):
    assert call(named, body=body).status == 401
    answer = call(named, body=body, caller=principal("usr_viewer", "wallet:read"))
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


@pytest.mark.parametrize(("named", "body"), [("wallet.adjust_wallet", ADJUSTMENT), ("wallet.reconcile_wallet", APPLY)])
def test_an_account_that_others_keep_changing_is_unavailable(call, funded, monkeypatch, named, body):
    falsify(held=5000)
    stale = journal.read_account("usr_viewer")
    falsify(version=7)
    monkeypatch.setattr(journal, "read_account", lambda *_: stale)
    monkeypatch.setattr("shared.wallet.reconciliation.prove", lambda _: stale_proof(stale))
    answer = call(named, body=body, caller=ADMIN)
    assert (answer.status, answer.code) == (StaleAccount.status, "UNAVAILABLE")


def stale_proof(account):
    from shared.wallet.statement import Proof

    return Proof(account, balance_drift=5000, held_drift=5000, entries=1, gaps=0, booked_drift=0)


@pytest.mark.covers("S-W-14", "S-W-21")
def test_a_wallet_that_adds_up_is_reported_sound_and_left_alone(call, funded):
    hold("hold_1", 30_000)
    for body in (RECONCILE, APPLY):
        answer = call("wallet.reconcile_wallet", body=body, caller=ADMIN)
        assert (answer.status, answer.json) == (200, {"data": report(), "meta": {}})
    assert call("wallet.read_balance", caller=VIEWER).data["held"] == "30"


@pytest.mark.covers("S-W-21", "X-W-02", "D-17")
def test_a_drift_is_reported_and_nothing_is_changed(call, funded):
    falsify(available=103_000, held=2_000)
    before = rows("")
    answer = call("wallet.reconcile_wallet", body=RECONCILE, caller=ADMIN)
    assert answer.data == report(balance="105", balanceDrift="5", heldDrift="2", sound=False)
    assert rows("") == before


@pytest.mark.covers("S-W-21", "X-W-06", "D-17")
def test_a_correction_keeps_the_balance_and_books_the_difference(call, funded):
    hold("hold_1", 30_000)
    falsify(available=73_000, held=32_000)
    answer = call("wallet.reconcile_wallet", body=APPLY, caller=ADMIN)
    assert answer.data == report(balance="105", balanceDrift="5", heldDrift="2", sound=False, applied=True)
    assert call("wallet.reconcile_wallet", body=RECONCILE, caller=ADMIN).data == report(balance="105", entries=2)
    balance = call("wallet.read_balance", caller=VIEWER).data
    assert (balance["balance"], balance["available"], balance["held"]) == ("105", "75", "30")
    newest = call("wallet.list_entries", caller=VIEWER).data[0]
    assert (newest["type"], newest["amount"], newest["balanceAfter"]) == ("ADJUSTMENT", "5", "105")
    assert newest["metadata"] == {"reason": "Ticket 4711", "reasonCode": "RECONCILED", "adminId": "usr_admin"}
    (kept,) = rows(f"TXN#ADMIN#{newest['referenceId']}")
    assert kept["corrects"] == {"S": "PAYMENT#pay_1"}
    assert [event["amount"] for event in sent("wallet", "CreditsAdjusted")] == [5000]


@pytest.mark.parametrize("broken", [{"sequence": 5}, {"available": 20_000, "held": 0}])
def test_what_one_entry_cannot_mend_is_left_as_it_is(call, funded, broken):
    hold("hold_1", 30_000)
    falsify(**broken)
    before = rows("")
    answer = call("wallet.reconcile_wallet", body=APPLY, caller=ADMIN)
    assert (answer.status, answer.code) == (409, "NOT_CORRECTABLE")
    assert rows("") == before


@pytest.mark.covers("D-17")
def test_a_correction_needs_a_reason(call, funded):
    answer = call("wallet.reconcile_wallet", body=RECONCILE | {"apply": True}, caller=ADMIN)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert answer.json["error"]["details"] == [{"field": "reason", "message": "A correction needs a reason"}]


@pytest.mark.parametrize("apply", ["true", 1, None])
def test_apply_is_said_by_a_boolean(call, funded, apply):
    answer = call("wallet.reconcile_wallet", body=APPLY | {"apply": apply}, caller=ADMIN)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
