"""Corrections: never one's own, large ones by two people, a debit given back once."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared import wallet
from shared.wallet import adjustments, journal
from shared.wallet.items import AdjustmentItem
from tests import environment
from tests.calls import Answer, Call
from tests.clock import START, FixedClock
from tests.handlers.wallet.conftest import ADMIN, VIEWER, deposit, falsify, hold, rows, settle
from tests.handlers.wallet.test_administration import forget_answers
from tests.lists import assert_sorts
from tests.outbox import sent
from tests.triggers import principal

SECOND = principal("usr_second", "wallet:reconcile")
THIRD = principal("usr_third", "wallet:reconcile")
REASON = "Ticket 4711: stream froze"


@pytest.fixture(autouse=True)
def _funded(aws: None) -> None:
    deposit("pay_1", 100_000)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Provide the names of the metrics that were counted."""
    names: list[str] = []

    class Counted:
        def add_metric(self, name: str, unit: object, value: float) -> None:
            names.append(name)

    monkeypatch.setattr(adjustments, "metrics", Counted)
    return names


def adjust(call: Call, amount: str, key: str = "one", **request: object) -> Answer:
    body = {"userId": "usr_viewer", "amount": amount, "reasonCode": "SERVICE_FAULT", "reason": REASON}
    more = {name: request.pop(name) for name in ("type", "corrects", "userId", "reasonCode") if name in request}
    return call("wallet.adjust_wallet", body=body | more, key=key, **{"caller": ADMIN} | request)


@pytest.mark.covers("X-W-06")
@pytest.mark.parametrize(
    ("code", "account"),
    [
        ("SERVICE_FAULT", "adjustments"),
        ("GOODWILL", "promotions"),
        ("PAYMENT_REVERSED", "clearing"),
        ("EXPIRED", "breakage"),
        ("ON_ACCOUNT", "receivables"),
        ("OTHER", "adjustments"),
    ],
)
def test_the_code_of_a_reason_is_kept_and_says_which_account_it_is_booked_against(
    code: str, account: str, call: Call
) -> None:
    made = adjust(call, "-10", reasonCode=code)
    assert (made.status, made.data["reasonCode"], made.data["reason"]) == (201, code, REASON)
    assert call("wallet.list_entries", caller=VIEWER).data[0]["metadata"]["reasonCode"] == code
    (kept,) = rows(f"TXN#ADMIN#{made.data['id']}")
    postings = json.loads(kept["postings"]["S"])
    assert postings == {"customer:usr_viewer": -10_000, f"platform:{account}": 10_000}


@pytest.mark.covers("X-W-06")
@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"reasonCode": "BECAUSE"}, "reasonCode"),
        ({"reasonCode": "RECONCILED"}, "reasonCode"),
        ({"reasonCode": None}, "reasonCode"),
        ({"reasonCode": "WRONG_ENTRY"}, "corrects"),
        ({"reasonCode": "WRONG_ENTRY", "corrects": "PAYMENT#pay_9"}, "corrects"),
        ({"corrects": "PAYMENT#pay_2"}, "corrects"),
        ({"corrects": "nonsense"}, "corrects"),
    ],
)
def test_a_correction_has_a_code_of_the_list_and_points_to_an_entry_of_its_wallet(
    request_: dict[str, str], field: str, call: Call
) -> None:
    deposit("pay_2", 1000, user_id="usr_other")
    refused = adjust(call, "-10", **request_)
    assert (refused.status, [detail["field"] for detail in refused.json["error"]["details"]]) == (400, [field])
    assert len(rows("TXN#")) == 2


def decide(call: Call, adjustment_id: str, decision: str = "APPROVE", **request: object) -> Answer:
    return call(
        "wallet.decide_adjustment",
        path={"adjustment_id": adjustment_id},
        body={"decision": decision, "note": "Seen the ticket."},
        **{"caller": SECOND} | request,
    )


def waiting(call: Call) -> list[str]:
    return [one["id"] for one in call("wallet.list_adjustments", caller=ADMIN).data]


def balance(user_id: str = "usr_viewer") -> int:
    return wallet.read_account(user_id).balance


def test_nobody_corrects_their_own_wallet(call: Call) -> None:
    own = principal("usr_viewer", "wallet:reconcile")
    for amount in ("1", "-1", "100000"):
        refused = adjust(call, amount, amount, caller=own)
        assert (refused.status, refused.code) == (403, "FORBIDDEN")
    falsify(available=103_000)
    body = {"userId": "usr_viewer", "apply": True, "reason": REASON}
    refused = call("wallet.reconcile_wallet", body=body, caller=own)
    assert (refused.status, refused.code) == (403, "FORBIDDEN")
    assert call("wallet.reconcile_wallet", body={"userId": "usr_viewer"}, caller=own).status == 200
    assert (waiting(call), len(sent("wallet", "CreditsAdjusted"))) == ([], 0)


def test_a_correction_up_to_the_cap_is_posted_at_once(call: Call, counted: list[str]) -> None:
    answer = adjust(call, "500")
    assert (answer.status, answer.data["status"], answer.data["sequence"]) == (201, "POSTED", 2)
    assert (balance(), waiting(call), counted) == (600_000, [], [])


@pytest.mark.covers("S-P-27")
def test_what_waits_is_listed_from_either_end(call: Call, clock: FixedClock) -> None:
    for number in range(2):
        clock.advance(minutes=1)
        assert adjust(call, "600", str(number)).data["status"] == "REQUESTED"
    assert_sorts(call, "wallet.list_adjustments", ADMIN, unasked="oldest")


@pytest.mark.covers("X-P-02")
def test_a_correction_names_the_requests_it_was_asked_for_and_decided_by(call: Call) -> None:
    asked = adjust(call, "600", request_id="req-ask").data["id"]
    decide(call, asked, request_id="req-decide")
    adjust(call, "1", "small", request_id="req-alone")
    found = {row["request_id"]["S"]: row for row in rows("ADJUSTMENT#")}
    assert found.keys() == {"req-ask", "req-alone"}
    assert found["req-ask"]["decision_request_id"] == {"S": "req-decide"}
    events = {row["request_id"]["S"] for row in rows("OUTBOX#") if row["type"]["S"] == "CreditsAdjusted"}
    assert events == {"req-decide", "req-alone"}


@pytest.mark.parametrize("amount", ["500.001", "-500.001"])
def test_a_larger_one_moves_nothing_until_a_second_administrator_approves(
    amount: str, call: Call, counted: list[str]
) -> None:
    deposit("pay_2", 1_000_000)
    asked = adjust(call, amount)
    assert (asked.status, asked.data["status"], asked.data["sequence"]) == (201, "REQUESTED", None)
    assert (balance(), counted) == (1_100_000, [adjustments.METRIC])
    assert waiting(call) == [asked.data["id"]]
    approved = decide(call, asked.data["id"])
    assert (approved.status, approved.data["status"], approved.data["sequence"]) == (200, "POSTED", 3)
    assert (approved.data["requestedBy"], approved.data["decidedBy"]) == ("usr_admin", "usr_second")
    assert (approved.data["reason"], approved.data["note"]) == (REASON, "Seen the ticket.")
    assert balance() == 1_100_000 + (500_001 if amount[0] != "-" else -500_001)
    assert waiting(call) == []
    again = decide(call, asked.data["id"], request_id="req-2")
    assert (again.status, again.data["sequence"], wallet.read_account("usr_viewer").sequence) == (200, 3, 3)
    refused = decide(call, asked.data["id"], caller=THIRD)
    assert (refused.status, refused.code) == (409, "ADJUSTMENT_DECIDED")


@pytest.mark.parametrize("caller", [ADMIN, principal("usr_viewer", "wallet:reconcile")], ids=["asked", "gains"])
@pytest.mark.parametrize("decision", ["APPROVE", "REJECT"])
def test_who_asked_or_gains_does_not_decide(caller: object, decision: str, call: Call) -> None:
    asked = adjust(call, "501")
    refused = decide(call, asked.data["id"], decision, caller=caller)
    assert (refused.status, refused.code) == (403, "FORBIDDEN")
    assert (balance(), waiting(call)) == (100_000, [asked.data["id"]])


def test_a_rejected_correction_never_moves_anything(call: Call) -> None:
    asked = adjust(call, "501")
    rejected = decide(call, asked.data["id"], "REJECT")
    assert (rejected.data["status"], rejected.data["sequence"], balance()) == ("REJECTED", None, 100_000)
    assert decide(call, asked.data["id"], caller=THIRD).code == "ADJUSTMENT_DECIDED"
    assert (balance(), waiting(call)) == (100_000, [])


def test_small_corrections_of_a_day_add_up_to_the_daily_cap(call: Call, clock: FixedClock) -> None:
    statuses = [adjust(call, "500", str(number)).data["status"] for number in range(5)]
    assert statuses == ["POSTED"] * 4 + ["REQUESTED"]
    assert adjust(call, "-1", "back").data["status"] == "REQUESTED"
    assert adjust(call, "1", "other", caller=SECOND).data["status"] == "POSTED"
    clock.advance(days=1)
    assert adjust(call, "500", "tomorrow").data["status"] == "POSTED"
    assert balance() == 2_601_000


def test_one_request_asks_or_posts_once_even_when_the_day_changed_in_between(call: Call, clock: FixedClock) -> None:
    for number in range(4):
        adjust(call, "500", str(number))
    asked = adjust(call, "500", "fifth")
    forget_answers()
    clock.advance(days=1)
    assert adjust(call, "500", "fifth").text == asked.text
    assert (balance(), waiting(call)) == (2_100_000, [asked.data["id"]])


@pytest.fixture
def caps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Set other caps."""
    monkeypatch.setenv("WELLSPRING_ADJUSTMENT_CAP", "10")
    monkeypatch.setenv("WELLSPRING_ADJUSTMENT_DAILY_CAP", "5")
    environment.read_anew()
    yield
    environment.read_anew()


def test_the_caps_are_configuration(call: Call, caps: None) -> None:
    assert adjust(call, "11", "1").data["status"] == "REQUESTED"
    assert adjust(call, "6", "2").data["status"] == "REQUESTED"
    assert adjust(call, "5", "3").data["status"] == "POSTED"


def test_what_is_not_there_any_more_is_not_taken(call: Call) -> None:
    deposit("pay_2", 600_000)
    asked = adjust(call, "-600")
    hold("hold_1", 500_000)
    refused = decide(call, asked.data["id"])
    assert (refused.status, refused.code) == (402, "INSUFFICIENT_CREDITS")
    assert waiting(call) == [asked.data["id"]]


@pytest.mark.covers("S-W-02", "S-W-12")
@pytest.mark.covers("X-W-36")
def test_a_debit_is_given_back_once_as_a_refund_that_names_it(call: Call) -> None:
    hold("hold_1", 40_000)
    settle("hold_1", 40_000, 30_000, at=START)
    given = adjust(call, "20", type="REFUND", corrects="METER_EVENT#hold_1")
    assert (given.status, given.data["type"], given.data["status"]) == (201, "REFUND", "POSTED")
    newest = call("wallet.list_entries", query={"type": "REFUND"}, caller=VIEWER).data
    assert [(one["type"], one["amount"], one["referenceType"]) for one in newest] == [("REFUND", "20", "REFUND")]
    assert balance() == 90_000
    (kept,) = rows("TXN#REFUND#")
    assert {name: int(amount) for name, amount in _postings(kept).items()} == {
        "customer:usr_viewer": 20_000,
        "platform:revenue": -20_000,
    }
    again = adjust(call, "10", "two", type="REFUND", corrects="METER_EVENT#hold_1")
    assert (again.status, again.code, balance()) == (409, "NOT_REFUNDABLE", 90_000)


def _postings(row: dict[str, dict[str, str]]) -> dict[str, int]:
    import json

    found: dict[str, int] = json.loads(row["postings"]["S"])
    return found


@pytest.mark.parametrize(
    ("amount", "corrects"),
    [
        ("30.001", "METER_EVENT#hold_1"),
        ("1", "METER_EVENT#nothing"),
        ("1", "PAYMENT#pay_1"),
        ("1", "METER_EVENT#other"),
    ],
)
def test_only_what_a_debit_of_this_wallet_took_is_given_back(amount: str, corrects: str, call: Call) -> None:
    hold("hold_1", 40_000)
    settle("hold_1", 40_000, 30_000, at=START)
    deposit("pay_o", 50_000, user_id="usr_other")
    wallet.open_hold(
        "usr_other",
        "other",
        wallet.HoldSize(10_000, 1),
        purpose="x",
        expires_at=START + timedelta(hours=1),
        now=START,
        beside=lambda *_: [],
    )
    wallet.settle_hold(
        "usr_other",
        "other",
        held=10_000,
        used=10_000,
        reference=wallet.Reference("METER_EVENT", "other"),
        earner=None,
        earner_permille=0,
        now=START,
        beside=[],
    )
    refused = adjust(call, amount, type="REFUND", corrects=corrects)
    assert (refused.status, refused.code, balance()) == (409, "NOT_REFUNDABLE", 70_000)


@pytest.mark.parametrize("wrong", [{"amount": "-1", "corrects": "METER_EVENT#hold_1"}, {"amount": "1"}])
def test_a_refund_is_positive_and_names_a_debit(wrong: dict[str, str], call: Call) -> None:
    refused = adjust(call, type="REFUND", **wrong)
    assert (refused.status, refused.code) == (400, "VALIDATION_ERROR")


def test_two_large_refunds_of_one_debit_are_not_both_approved(call: Call) -> None:
    deposit("pay_2", 1_000_000)
    hold("hold_1", 900_000)
    settle("hold_1", 900_000, 900_000, at=START)
    one, two = (adjust(call, "600", key, type="REFUND", corrects="METER_EVENT#hold_1") for key in ("a", "b"))
    assert decide(call, one.data["id"]).status == 200
    refused = decide(call, two.data["id"])
    assert (refused.status, refused.code, balance()) == (409, "NOT_REFUNDABLE", 800_000)


def test_whoever_dies_while_posting_alone_has_counted_and_posted_both_or_neither(call: Call) -> None:
    adjust(call, "300")
    assert journal.find(journal.Reference("ADMIN", waiting_or_posted()[0].id)) is not None
    assert [int(row["total"]["N"]) for row in rows("ADMIN#usr_admin")] == [300_000]


def waiting_or_posted() -> list[AdjustmentItem]:
    return [AdjustmentItem.load(row) for row in rows("ADJUSTMENT#")]


@pytest.mark.parametrize("function", ["list_adjustments", "decide_adjustment"])
def test_corrections_are_for_those_who_may(function: str, call: Call) -> None:
    request: dict[str, object] = (
        {"path": {"adjustment_id": "adj_1"}, "body": {"decision": "APPROVE", "note": "why not"}}
        if function.startswith("decide")
        else {}
    )
    assert call(f"wallet.{function}", caller=VIEWER, **request).status == 403
    assert call(f"wallet.{function}", **request).status == 401


def test_an_unknown_correction_is_not_there(call: Call) -> None:
    assert decide(call, "adj_unknown").status == 404
