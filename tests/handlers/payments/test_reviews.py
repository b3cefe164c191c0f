"""Refunds, disputes and what does not fit: none vanishes, a person hears of each at once and decides."""

from pathlib import Path

import pytest

from shared.kernel.storage.writes import Put, commit
from shared.kernel.wire import _to_text
from shared.payments import reviews as payment_reviews
from shared.payments import rules
from tests import deliveries
from tests.calls import Answer, Call
from tests.clock import START, FixedClock
from tests.deliveries import COMPLETED, deliver, event, money_back, standing, work
from tests.lists import assert_sorts
from tests.triggers import principal

ADMIN = principal("usr_admin", "payments:review")
OTHER = principal("usr_other_admin", "payments:review")


@pytest.fixture(autouse=True)
def _payment(aws: None) -> None:
    commit(Put(deliveries.payment(at=START)))


def hear(event_id: str, kind: str, **subject: object) -> None:
    assert deliver(money_back(event_id, kind, **subject), START) == 200
    assert work(event_id) == []


def waiting(call: Call) -> list[dict[str, object]]:
    answer = call("payments.list_payment_reviews", caller=ADMIN)
    assert answer.status == 200
    found: list[dict[str, object]] = answer.data
    return found


def decide(call: Call, review_id: object, decision: str = "ACTED", **request: object) -> Answer:
    return call(
        "payments.decide_payment_review",
        path={"review_id": review_id},
        body={"decision": decision, "note": "Took the credits back."},
        **{"caller": ADMIN} | request,
    )


@pytest.mark.parametrize("kind", [*sorted(rules.REVIEWED), "refund.created", "charge.dispute.of_a_kind_to_come"])
def test_money_that_goes_back_waits_for_a_person_and_raises_the_alarm(
    kind: str, call: Call, reviews: list[str], clock: FixedClock
) -> None:
    hear("evt_1", kind)
    (found,) = waiting(call)
    assert found == {
        "id": found["id"],
        "status": "OPEN",
        "source": "evt_1",
        "type": kind,
        "reason": "money goes back",
        "objectId": "ch_1",
        "paymentId": "pay_1",
        "userId": "usr_viewer",
        "amount": 999,
        "currency": "USD",
        "openedAt": _to_text(START),
        "decision": None,
        "note": None,
        "decidedBy": None,
        "decidedAt": None,
    }
    assert reviews == [payment_reviews.METRIC]
    assert standing().status == "PENDING"


def test_of_a_charge_it_says_what_was_paid_back_so_far(call: Call) -> None:
    hear("evt_1", "charge.refunded", amount_refunded=300)
    assert [found["amount"] for found in waiting(call)] == [300]


def test_what_has_not_even_a_form_waits_for_a_person_too(call: Call, reviews: list[str]) -> None:
    hear("evt_1", "charge.refunded", id=None, amount="much")
    (found,) = waiting(call)
    assert (found["source"], found["objectId"], found["paymentId"]) == ("evt_1", None, None)
    assert reviews == [payment_reviews.METRIC]


def test_who_dies_between_the_review_and_its_alarm_raises_it_with_the_next_try(
    call: Call, reviews: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deliver(money_back("evt_1", "charge.refunded"), START) == 200
    with monkeypatch.context() as patch:
        patch.setattr(payment_reviews, "metrics", lambda: 1 / 0)
        assert len(work("evt_1")) == 1
    assert (len(waiting(call)), reviews) == (1, [])
    assert work("evt_1") == []
    assert (len(waiting(call)), reviews) == (1, [payment_reviews.METRIC])


def test_an_event_that_comes_again_is_put_up_once_and_not_again_after_the_decision(
    call: Call, reviews: list[str]
) -> None:
    hear("evt_1", "charge.refunded")
    hear("evt_1", "charge.refunded")
    (found,) = waiting(call)
    assert decide(call, found["id"]).status == 200
    hear("evt_1", "charge.refunded")
    assert waiting(call) == []


@pytest.mark.covers("S-P-27")
def test_a_payment_that_does_not_fit_waits_with_the_rest_oldest_first(call: Call, clock: FixedClock) -> None:
    hear("evt_1", "charge.refunded")
    clock.advance(seconds=5)
    deliver(event("evt_2", COMPLETED, amount_total=1), clock.now())
    assert work("evt_2") == []
    assert [(found["source"], found["reason"]) for found in waiting(call)] == [
        ("evt_1", "money goes back"),
        ("evt_2", "amount differs"),
    ]
    first = call("payments.list_payment_reviews", query={"limit": "1"}, caller=ADMIN)
    rest = call(
        "payments.list_payment_reviews",
        query={"limit": "1", "cursor": first.json["pagination"]["nextCursor"]},
        caller=ADMIN,
    )
    assert [found["source"] for found in (*first.data, *rest.data)] == ["evt_1", "evt_2"]
    assert_sorts(call, "payments.list_payment_reviews", ADMIN, unasked="oldest")


def test_a_decision_is_noted_with_who_and_why_and_leaves_the_list(call: Call) -> None:
    hear("evt_1", "charge.dispute.created")
    (found,) = waiting(call)
    answer = decide(call, found["id"])
    assert (answer.status, answer.data["status"], answer.data["decision"]) == (200, "DECIDED", "ACTED")
    assert (answer.data["decidedBy"], answer.data["note"]) == ("usr_admin", "Took the credits back.")
    assert waiting(call) == []
    assert decide(call, found["id"], request_id="req-2").status == 200
    refused = decide(call, found["id"], caller=OTHER)
    assert (refused.status, refused.code) == (409, "REVIEW_DECIDED")
    refused = decide(call, found["id"], "NOTHING_TO_DO")
    assert (refused.status, refused.code) == (409, "REVIEW_DECIDED")


def test_nobody_decides_about_their_own_purchase(call: Call) -> None:
    hear("evt_1", "charge.refunded")
    (found,) = waiting(call)
    refused = decide(call, found["id"], caller=principal("usr_viewer", "payments:review"))
    assert (refused.status, refused.code) == (403, "FORBIDDEN")
    assert len(waiting(call)) == 1


def test_an_unknown_review_is_not_there(call: Call) -> None:
    assert decide(call, "rev_unknown").status == 404


@pytest.mark.parametrize("body", [{}, {"decision": "ACTED"}, {"decision": "LATER", "note": "why"}, {"note": "why"}])
def test_a_decision_says_what_and_why(body: dict[str, object], call: Call) -> None:
    answer = call("payments.decide_payment_review", path={"review_id": "rev_1"}, body=body, caller=ADMIN)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("function", ["list_payment_reviews", "decide_payment_review"])
def test_reviews_are_for_those_who_may(function: str, call: Call) -> None:
    request: dict[str, object] = (
        {"path": {"review_id": "rev_1"}, "body": {"decision": "ACTED", "note": "why"}} if "decide" in function else {}
    )
    assert call(f"payments.{function}", caller=principal("usr_viewer", "payments:buy"), **request).status == 403
    assert call(f"payments.{function}", **request).status == 401


def test_the_documents_name_every_event_that_the_endpoint_asks_for() -> None:
    text = (Path(__file__).parents[3] / "docs" / "deployment.md").read_text()
    assert [kind for kind in sorted(rules.SESSION_EVENTS | rules.REVIEWED) if f"`{kind}`" not in text] == []
