"""What operators see and do."""

from datetime import timedelta

import pytest

from shared.messaging.sending import budgets, dispatch
from tests import carriers, messages
from tests.carriers import Carrier
from tests.clock import START
from tests.lists import assert_sorts
from tests.messages import SENDER, attempts, summary
from tests.outbox import sent
from tests.triggers import principal

GUIDE = principal("usr_guide", "messaging:read")
ADMIN = principal("usr_admin", "messaging:read", "messaging:manage")
VIEWER = principal("usr_viewer", "messaging:use")
AT = "2026-03-01T09:30:00.000Z"

SUPPRESS = {"phone": "+1 (212) 555-0123", "note": "Called: no more messages."}
REGISTER = {"sender": SENDER, "status": "REGISTERED", "brandId": "BN1"}
LIMIT = {"scope": "country:US", "unitsPerDay": 2}
LIFT = {"note": "Asked by mail to be written to again."}

MANAGING = [
    ("messaging.suppress_address", {"body": SUPPRESS}),
    ("messaging.lift_suppressions", {"body": LIFT, "path": {"address_hash": "0" * 64}}),
    ("messaging.register_sender", {"body": REGISTER}),
    ("messaging.set_budget", {"body": LIMIT}),
]


@pytest.fixture
def carrier():
    with carriers.carried(Carrier()) as stands_in:
        yield stands_in


@pytest.mark.parametrize(("named", "request_"), MANAGING)
def test_only_who_is_signed_in_and_may_manages(call, named, request_):
    assert call(named, **request_).status == 401
    for caller in (VIEWER, GUIDE):
        assert (call(named, caller=caller, **request_).code) == "FORBIDDEN"


@pytest.mark.covers("X-N-08", "X-A-26", "S-A-35")
def test_the_log_of_a_message_tells_its_attempts_and_neither_words_nor_addresses(call, carrier):
    messages.register_sender()
    messages.enlist()
    ask = messages.ask()
    carrier.plan = carriers.script(carriers.FINAL)
    dispatch.advance(ask, now=START)
    answer = call("messaging.read_message", path={"message_id": ask}, caller=GUIDE)
    claimed = {"claimedAt": AT, "answeredBy": None, "words": "escalation.day-2/en/1", "deliveredAt": None}
    assert answer.status == 200
    assert answer.data["attempts"] == [
        claimed
        | {
            "attempt": 1,
            "channel": "SMS",
            "state": "REFUSED",
            "providerId": None,
            "code": "30003",
            "segments": attempts(ask)[0].segments,
            "sentAt": None,
        },
        claimed
        | {
            "attempt": 2,
            "channel": "EMAIL",
            "state": "QUEUED",
            "providerId": f"SM-{ask}-2",
            "code": None,
            "segments": 1,
            "sentAt": AT,
        },
    ]
    del answer.data["attempts"]
    assert {name: value for name, value in answer.data.items() if name != "attempts"} == {
        "id": ask,
        "recipientId": "ptn_pat",
        "category": "partner-ask",
        "template": "escalation.day-2",
        "status": "SENT",
        "reason": None,
        "channel": "EMAIL",
        "companionOf": None,
        "requestedAt": AT,
        "allowedAt": AT,
        "sentAt": AT,
        "validUntil": "2026-03-03T09:30:00.000Z",
        "replies": [],
    }
    assert "example.com" not in answer.text
    assert "212" not in answer.text
    assert "Hi Pat" not in answer.text


def test_a_message_that_is_not_there_is_not_found_and_a_viewer_sees_none(call):
    assert call("messaging.read_message", path={"message_id": "msg_1"}, caller=GUIDE).code == "NOT_FOUND"
    assert call("messaging.read_message", path={"message_id": "msg_1"}, caller=VIEWER).status == 403
    assert call("messaging.read_message", path={"message_id": "msg_1"}).status == 401


@pytest.mark.covers("X-A-06")
def test_staff_note_a_revocation_and_take_it_back(call):
    messages.enlist()
    answer = call("messaging.suppress_address", body=SUPPRESS, caller=ADMIN, key="k1")
    hashed = messages.hashed()
    (row,) = answer.data["suppressions"]
    assert (answer.status, answer.data["addressHash"], answer.data["recipients"]) == (201, hashed, ["ptn_pat"])
    assert row == {
        "reason": "STAFF",
        "category": None,
        "source": row["source"],
        "note": SUPPRESS["note"],
        "suppressedAt": AT,
        "liftedAt": None,
    }
    assert row["source"].startswith("staff:usr_admin:")
    assert len(sent("messaging", "AddressOptedOut")) == 1
    seen = call("messaging.read_suppressions", path={"address_hash": hashed}, caller=GUIDE)
    assert seen.data == answer.data
    assert call("messaging.suppress_address", body=SUPPRESS, caller=ADMIN, key="k1").text == answer.text
    lifted = call("messaging.lift_suppressions", path={"address_hash": hashed}, body=LIFT, caller=ADMIN)
    assert (lifted.status, lifted.data["suppressions"][0]["liftedAt"]) == (200, AT)
    again = call("messaging.lift_suppressions", path={"address_hash": hashed}, body=LIFT, caller=ADMIN, request_id="2")
    assert (again.status, again.code) == (404, "NOT_FOUND")


@pytest.mark.covers("X-A-06")
def test_staff_note_what_somebody_asked_by_mail(call):
    messages.enlist()
    body = {"email": "Pat@example.com", "note": "Wrote to us: no more, please."}
    answer = call("messaging.suppress_address", body=body, caller=ADMIN)
    assert (answer.status, answer.data["recipients"]) == (201, ["ptn_pat"])
    assert answer.data["addressHash"] == messages.hashed(messages.MAIL)


def test_who_may_read_suppressions(call):
    path = {"address_hash": "0" * 64}
    assert call("messaging.read_suppressions", path=path).status == 401
    assert call("messaging.read_suppressions", path=path, caller=VIEWER).status == 403
    nothing = {"addressHash": "0" * 64, "recipients": [], "suppressions": []}
    assert call("messaging.read_suppressions", path=path, caller=GUIDE).data == nothing


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"phone": "+1 212", "note": "abc"}, "phone"),
        ({"phone": "hello", "note": "abc"}, "phone"),
        ({"email": "nobody", "note": "abc"}, "email"),
        (SUPPRESS | {"category": "spam"}, "category"),
        (SUPPRESS | {"note": ""}, "note"),
        (SUPPRESS | {"reason": "STOP"}, "reason"),
    ],
)
def test_a_malformed_revocation_is_refused_naming_the_field(call, body, field):
    answer = call("messaging.suppress_address", body=body, caller=ADMIN)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in answer.json["error"]["details"]] == [field]


@pytest.mark.parametrize("body", [{"note": "abc"}, SUPPRESS | {"email": "pat@example.com"}])
def test_a_revocation_names_one_address(call, body):
    assert call("messaging.suppress_address", body=body, caller=ADMIN).code == "VALIDATION_ERROR"


@pytest.mark.covers("X-A-42")
def test_texts_leave_once_the_sender_is_registered(call, carrier):
    messages.enlist(email=None)
    blocked = messages.ask()
    dispatch.advance(blocked, now=START)
    answer = call("messaging.register_sender", body=REGISTER, caller=ADMIN)
    assert (answer.status, answer.data) == (
        200,
        REGISTER | {"campaignId": None, "changedAt": AT, "changedBy": "usr_admin", "version": 1},
    )
    ask = messages.ask("2")
    dispatch.advance(ask, now=START)
    assert (summary(blocked)[1], summary(ask)[0]) == ("SENDER_UNREGISTERED", "SENT")


@pytest.mark.parametrize("changes", [{"sender": "me"}, {"status": "FINE"}, {"brandId": "x" * 65}])
def test_a_malformed_sender_is_refused(call, changes):
    assert call("messaging.register_sender", body=REGISTER | changes, caller=ADMIN).code == "VALIDATION_ERROR"


@pytest.mark.covers("X-A-04")
@pytest.mark.parametrize("scope", ["country:US", "country:*", "prefix:+1212555", "prefix:*"])
def test_a_days_budget_stops_texts_and_not_mails(call, carrier, scope):
    messages.register_sender()
    first, second = messages.ask(category="partner-notice"), messages.ask("2", category="partner-notice")
    third = messages.ask("3", to="ptn_2", category="partner-notice")
    messages.enlist()
    messages.enlist("ptn_2", email=None)
    dispatch.advance(first, now=START)
    used = attempts(first)[0].segments
    answer = call("messaging.set_budget", body={"scope": scope, "unitsPerDay": used}, caller=ADMIN)
    assert answer.data["unitsPerDay"] == used
    assert answer.data["usedToday"] == (0 if "*" in scope else used)
    dispatch.advance(second, now=START)
    dispatch.advance(third, now=START)
    assert summary(second)[2] == [("EMAIL", "QUEUED")]
    assert summary(third) == ("DEFERRED", "BUDGET", [])


def test_units_that_were_not_used_are_given_back(call, carrier):
    messages.register_sender()
    messages.enlist()
    ask = messages.ask()
    carrier.plan = carriers.script(carriers.FINAL)
    dispatch.advance(ask, now=START)
    used = call("messaging.set_budget", body=LIMIT, caller=ADMIN).data["usedToday"]
    assert used == 0


def test_a_budget_that_one_scope_refuses_takes_nothing_from_the_other():
    limits = (budgets.Limit("country:GB", 5), budgets.Limit("prefix:+44791112", 1))
    with pytest.raises(budgets.OverBudget):
        budgets.reserve(limits, 2, now=START)
    budgets.reserve((budgets.Limit("country:GB", 5),), 5, now=START)
    with pytest.raises(budgets.OverBudget):
        budgets.reserve((budgets.Limit("country:GB", 5),), 1, now=START)


@pytest.mark.parametrize(
    "changes",
    [
        {"scope": "country:usa"},
        {"scope": "number:+1"},
        {"scope": "prefix:1212"},
        {"unitsPerDay": -1},
        {"unitsPerDay": "3"},
        {"unitsPerDay": True},
        {"unitsPerDay": 1.5},
    ],
)
def test_a_malformed_budget_is_refused(call, changes):
    assert call("messaging.set_budget", body=LIMIT | changes, caller=ADMIN).code == "VALIDATION_ERROR"


@pytest.mark.covers("S-P-27")
def test_what_went_out_to_somebody_is_listed_newest_first_without_words(call):
    messages.enlist()
    first = messages.ask("one")
    second = messages.ask("two", at=START + timedelta(minutes=1))
    query = {"recipientId": messages.PAT, "limit": "1"}
    page = call("messaging.list_messages", query=query, caller=ADMIN)
    assert page.status == 200
    assert [one["id"] for one in page.data] == [second]
    assert page.data[0].keys() == {
        "id", "category", "template", "status", "reason", "channel", "requestedAt", "sentAt"
    }  # fmt: skip
    rest = call(
        "messaging.list_messages", query=query | {"cursor": page.json["pagination"]["nextCursor"]}, caller=ADMIN
    )
    assert [one["id"] for one in rest.data] == [first]
    assert_sorts(call, "messaging.list_messages", ADMIN, query={"recipientId": messages.PAT})
    assert call("messaging.list_messages", query={"recipientId": "usr_nobody"}, caller=ADMIN).data == []
    assert call("messaging.list_messages", query=query, caller=GUIDE).code == "FORBIDDEN"
