"""Replies that may take consent back: nothing goes out until a person has decided."""

from collections.abc import Callable

import pytest

from shared.messaging.history import evidence
from shared.messaging.inbound import reviews
from shared.messaging.items import address_hash
from shared.messaging.recipients import suppression
from tests import messages, outbox
from tests.calls import Answer, Call
from tests.clock import FixedClock
from tests.handlers.messaging.conftest import sent
from tests.lists import assert_sorts
from tests.texting import ANN, BEN, deliver, sid, work, written
from tests.triggers import principal

GUIDE, ADMIN = principal("usr_guide", "messaging:read"), principal("usr_admin", "messaging:read", "messaging:manage")
TEXT = "please stop texting me"

Enlist = Callable[..., str]


def listed(call: Call, **query: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = call("messaging.list_reviews", caller=GUIDE, query=query).data
    return found


def decide(call: Call, review_id: str, decision: str, note: str = "as she asked", **more: str) -> Answer:
    body = {"decision": decision, "note": note}
    return call("messaging.decide_review", path={"review_id": review_id}, body=body, caller=ADMIN, **more)


def stands(number: str = ANN) -> list[str]:
    return [item.reason for item in suppression.standing(address_hash(number)) if item.lifted_at is None]


@pytest.fixture
def review_id(enlist: Enlist, call: Call) -> str:
    """A review of what the recipient ``ada`` wrote."""
    sent(enlist("ada"))
    deliver(written(TEXT))
    (found,) = listed(call)
    return str(found["id"])


@pytest.mark.covers_partly(
    "X-A-06",
    missing="a mail that asks us to stop reaches no review queue: staff read it in their mailbox and note it by hand",
)
def test_a_revocation_in_own_words_holds_the_address_and_waits_for_a_person(call: Call, review_id: str) -> None:
    (found,) = listed(call)
    assert found == {
        "id": review_id,
        "kind": "REVOKES",
        "question": None,
        "status": "OPEN",
        "text": TEXT,
        "recipientIds": ["ptn_ada"],
        "openedAt": "2026-03-01T09:30:00.000Z",
        "decision": None,
        "decidedBy": None,
        "decidedAt": None,
        "note": None,
    }
    assert stands() == ["REVIEW"]
    for event in ("AddressOptedOut", "ReplyReceived", "MessageQueued"):
        assert outbox.sent("messaging", event) == []


@pytest.mark.covers("X-A-06")
def test_a_hold_becomes_an_opt_out(call: Call, review_id: str, clock: FixedClock) -> None:
    clock.advance(hours=1)
    first, again = decide(call, review_id, "SUPPRESS"), decide(call, review_id, "SUPPRESS")
    assert (first.status, again.data) == (200, first.data)
    assert (first.data["status"], first.data["decision"], first.data["decidedBy"], first.data["note"]) == (
        "DECIDED",
        "SUPPRESS",
        "usr_admin",
        "as she asked",
    )
    assert stands() == ["STAFF"]
    assert outbox.sent("messaging", "AddressOptedOut") == [
        {"recipient_id": "ptn_ada", "reason": "STAFF", "scope": "ALL"}
    ]
    assert (listed(call), [one["id"] for one in listed(call, status="DECIDED")]) == ([], [review_id])


@pytest.mark.covers("X-A-06")
def test_a_hold_is_let_go(call: Call, review_id: str) -> None:
    assert decide(call, review_id, "DISMISS").data["decision"] == "DISMISS"
    assert stands() == []
    assert outbox.sent("messaging", "AddressOptedIn") == []


def test_who_wrote_hears_that_somebody_has_read_it(call: Call, review_id: str) -> None:
    decide(call, review_id, "DISMISS")
    decide(call, review_id, "DISMISS")
    (asked,) = messages.queued()
    message = messages.standing(asked)
    assert (message.template, message.to, message.status) == ("reply.read", ANN, "QUEUED")


def test_a_late_end_is_not_confirmed_which_the_law_forbids(call: Call, review_id: str) -> None:
    decide(call, review_id, "SUPPRESS")
    assert messages.queued() == []


@pytest.mark.parametrize(
    ("category", "decision", "refused"), [("partner-ask", "DONE", "YES"), ("consent-request", "YES", "ACCEPTED")]
)
def test_what_stayed_unclear_is_decided_as_the_answer_that_it_is(
    call: Call, enlist: Enlist, category: str, decision: str, refused: str
) -> None:
    sent(enlist("ada"), category=category)
    deliver(written("mhm"))
    deliver(written("as I said, mhm", at=2))
    (found,) = listed(call)
    assert (found["kind"], found["text"]) == ("UNCLEAR", "as I said, mhm")
    wrong = decide(call, str(found["id"]), refused)
    assert (wrong.status, wrong.code) == (422, "NO_SUCH_ANSWER")
    for _ in range(2):
        assert decide(call, str(found["id"]), decision).data["decision"] == decision
    told = outbox.sent("messaging", "ReplyReceived")
    assert sorted((one["answer"], one["reply_id"]) for one in told) == sorted(
        [("TEXT", sid()), ("TEXT", sid("SM", 2)), (decision, sid("SM", 2) + evidence.DECIDED)]
    )


def test_words_that_may_revoke_are_no_answer_to_be_decided(call: Call, review_id: str) -> None:
    assert decide(call, review_id, "YES").status == 422
    assert stands() == ["REVIEW"]


def test_a_stop_that_came_meanwhile_stays(call: Call, review_id: str, clock: FixedClock) -> None:
    clock.advance(minutes=1)
    deliver(written("STOP", at=2))
    assert decide(call, review_id, "DISMISS").status == 200
    assert stands() == ["STOP"]


def test_a_stop_that_comes_between_reading_and_writing_stays(
    call: Call, review_id: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reviews._release
    clock.advance(minutes=1)

    def overtaken(*arguments: object, **more: object) -> object:
        found = real(*arguments, **more)
        monkeypatch.setattr(reviews, "_release", real)
        deliver(written("STOP", at=2))
        return found

    monkeypatch.setattr(reviews, "_release", overtaken)
    assert decide(call, review_id, "DISMISS").status == 200
    assert stands() == ["STOP"]


def test_a_decision_is_final(call: Call, review_id: str) -> None:
    decide(call, review_id, "DISMISS")
    refused = decide(call, review_id, "SUPPRESS")
    assert (refused.status, refused.code, stands()) == (409, "REVIEW_DECIDED", [])


def test_a_crash_after_the_claim_keeps_the_hold_and_the_next_try_ends_it(
    call: Call, review_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> bool:
        raise RuntimeError("the function died")

    with monkeypatch.context() as patch:
        patch.setattr(suppression, "suppress_hash", crash)
        assert decide(call, review_id, "SUPPRESS").status == 500
    assert stands() == ["REVIEW"]
    assert decide(call, review_id, "SUPPRESS").status == 200
    assert stands() == ["STAFF"]


@pytest.mark.covers("X-A-06")
def test_a_stranger_is_held_too_and_who_opted_out_needs_no_review(call: Call) -> None:
    deliver(written(TEXT))
    deliver(written("STOP", number=BEN, at=2))
    deliver(written(TEXT, number=BEN, at=3))
    assert [one["recipientIds"] for one in listed(call)] == [[]]
    assert (stands(), stands(BEN)) == (["REVIEW"], ["STOP"])


def test_working_a_reply_again_opens_no_second_review(call: Call, review_id: str) -> None:
    assert work(f"{sid()}-received") == []
    assert [one["id"] for one in listed(call)] == [review_id]


@pytest.mark.covers("X-A-06")
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_whatever_else_they_write_is_read_too_before_anything_goes_out(
    call: Call, review_id: str, clock: FixedClock, order: tuple[int, int]
) -> None:
    clock.advance(minutes=1)
    deliver(written("do not contact me", at=2))
    assert work(f"{sid(number=2)}-received") == []
    found = [str(one["id"]) for one in listed(call)]
    assert (len(found), found[0], listed(call)[1]["text"]) == (2, review_id, "do not contact me")
    decide(call, found[order[0]], "DISMISS")
    assert stands() == ["REVIEW"]
    decide(call, found[order[1]], "DISMISS")
    assert stands() == []


@pytest.mark.covers("S-P-27")
def test_the_queue_is_read_page_by_page_oldest_first(call: Call, clock: FixedClock) -> None:
    for number in range(3):
        deliver(written(TEXT, number=f"+1415555020{number}", at=number))
        clock.advance(minutes=1)
    first = call("messaging.list_reviews", caller=GUIDE, query={"limit": "2"}).json
    cursor = first["pagination"]["nextCursor"]
    rest = call("messaging.list_reviews", caller=GUIDE, query={"limit": "2", "cursor": cursor}).json
    opened = [one["openedAt"] for one in first["data"] + rest["data"]]
    assert (len(first["data"]), len(rest["data"]), opened) == (2, 1, sorted(opened))
    other = call("messaging.list_reviews", caller=GUIDE, query={"status": "DECIDED", "cursor": cursor})
    assert (other.status, other.code) == (400, "VALIDATION_ERROR")
    assert_sorts(call, "messaging.list_reviews", GUIDE, unasked="oldest")


def test_what_does_not_exist_or_is_not_allowed_is_refused(call: Call, review_id: str) -> None:
    assert decide(call, "rev_unknown", "DISMISS").status == 404
    assert decide(call, review_id, "DELETE").status == 400
    assert decide(call, review_id, "DISMISS", note="x").status == 400
    body = {"decision": "DISMISS", "note": "as she asked"}
    path = {"review_id": review_id}
    assert call("messaging.decide_review", path=path, body=body, caller=GUIDE).status == 403
    assert call("messaging.decide_review", path=path, body=body).status == 401
    assert call("messaging.list_reviews", caller=principal("usr_viewer", "messaging:use")).status == 403
    assert stands() == ["REVIEW"]


def test_nobody_decides_about_their_own_reply(call: Call, review_id: str) -> None:
    refused = call(
        "messaging.decide_review",
        path={"review_id": review_id},
        body={"decision": "DISMISS", "note": "I did not mean it"},
        caller=principal("ptn_ada", "messaging:read", "messaging:manage"),
    )
    assert (refused.status, refused.code, stands()) == (403, "FORBIDDEN", ["REVIEW"])
