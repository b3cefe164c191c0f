"""Opening an account, the mail, and confirming the address."""

import pytest

from shared.identity import new_passwords, registration
from shared.identity.events import AccountMailRequested, EmailVerified, UserRegistered
from shared.kernel import rates
from shared.kernel.registry import load
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.reads import get
from shared.messaging.items import RecipientItem, recipient_pk
from shared.messaging.templates.variables import given
from tests.calls import call, invoke
from tests.handlers.identity.conftest import (
    PASSWORD,
    caller,
    confirm,
    confirmed,
    deliver,
    events,
    login,
    register,
    registered,
)
from tests.triggers import queue_event


def _token(mailbox):
    return mailbox()[-1].token


@pytest.mark.covers("S-P-01", "S-P-35")
def test_registering_opens_an_account_with_a_profile_and_sends_the_link(mailbox):
    answer = register(" Ada@Wellspring.Example ".strip())
    assert (answer.status, answer.json) == (201, {"data": {"status": "VERIFICATION_SENT"}, "meta": {}})
    ((name, data),) = events()
    assert name == "UserRegistered"
    assert deliver(UserRegistered(**data)) == []
    (mail,) = mailbox()
    assert mail.to == "ada@wellspring.example"
    assert mail.template == "account.verify"
    signed_in = login().data
    assert signed_in["user"] == {
        "id": data["user_id"],
        "email": "ada@wellspring.example",
        "emailVerified": False,
        "roles": ["viewer"],
    }
    me = call("identity.read_me", caller=caller(signed_in["accessToken"])).data
    assert me["profile"] == {"displayName": "Ada", "bio": None, "avatarUrl": None, "version": 1}


@pytest.mark.covers("S-P-09")
def test_signup_is_register_by_its_other_name(mailbox):
    body = {"email": "bea@wellspring.example", "password": PASSWORD, "displayName": "Bea"}
    answer = call("identity.sign_up", body=body, request_id="signup-1")
    assert (answer.status, answer.json) == (201, {"data": {"status": "VERIFICATION_SENT"}, "meta": {}})
    ((name, data),) = events()
    assert name == "UserRegistered"
    assert deliver(UserRegistered(**data)) == []
    assert confirm(_token(mailbox)).status == 200
    assert login("bea@wellspring.example").data["user"]["id"] == data["user_id"]
    # Limits are shared: the other name is no second way past them.
    declared, alias = (load(f"functions.identity.{name}").declaration for name in ("register", "sign_up"))
    assert (alias.trigger.rate, alias.touches) == (declared.trigger.rate, declared.touches)


@pytest.mark.covers("X-P-17")
def test_a_known_address_gets_the_same_answer_and_its_holder_a_mail(mailbox):
    user_id = confirmed(mailbox)
    known = register("ADA@wellspring.example", "Other-water-8")
    fresh = register("bea@wellspring.example", request_id="req-2", address="203.0.113.8")
    assert (known.status, known.text) == (fresh.status, fresh.text)
    requested = [data for name, data in events() if name == "AccountMailRequested"]
    assert [(data["user_id"], data["kind"]) for data in requested] == [(user_id, "known")]
    assert deliver(AccountMailRequested(**requested[0])) == []
    assert sorted(mail.template for mail in mailbox()) == ["account.known", "account.verify"]
    assert {mail.to for mail in mailbox()} == {"ada@wellspring.example"}
    assert login(password="Other-water-8").code == "INVALID_CREDENTIALS"
    assert login().status == 200


def test_one_known_address_is_told_once_a_day_at_most(mailbox):
    confirmed(mailbox)
    for number in range(2):
        register(request_id=f"again-{number}")
    requested = [data for name, data in events() if name == "AccountMailRequested"]
    assert deliver(*(AccountMailRequested(**data) for data in requested)) == []
    assert len(requested) == 2
    assert len(mailbox()) == 2


@pytest.mark.covers("X-P-17")
def test_known_claimed_and_free_addresses_cost_the_same_work(mailbox, monkeypatch):
    confirmed(mailbox)
    registered("bea@wellspring.example")
    work = []
    for module, name in ((new_passwords, "hash_password"), (registration, "get"), (registration, "transact")):
        real = getattr(module, name)
        counted = lambda *given, name=name, real=real, **more: work.append(name) or real(*given, **more)  # noqa: E731
        monkeypatch.setattr(module, name, counted)
    costs = []
    for email in ("ada@wellspring.example", "bea@wellspring.example", "cleo@wellspring.example"):
        work.clear()
        register(email)
        costs.append(list(work))
    assert costs == [["hash_password", "get", "transact"]] * 3


def test_the_second_try_of_one_registration_finds_the_first_and_mails_nobody():
    assert register(key="one").status == 201
    assert register(key="one", request_id="req-2").status == 201
    assert [name for name, _ in events()] == ["UserRegistered"]


def test_one_key_for_two_addresses_opens_two_accounts():
    register(key="one")
    register("bea@wellspring.example", key="one")
    assert len({data["user_id"] for _, data in events()}) == 2


@pytest.mark.covers("S-P-25", "S-P-35")
@pytest.mark.parametrize(
    "email",
    ["ada", "ada@", "@wellspring.example", "ada@localhost", "a b@wellspring.example", "", "a@b.c\r\nBcc: x@y.z"],
)
def test_an_address_that_is_none_is_refused(email):
    answer = register(email)
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert [detail["field"] for detail in answer.json["error"]["details"]] == ["email"]
    assert events() == []


@pytest.mark.covers("S-P-13", "X-P-27")
def test_a_weak_password_gets_every_reason_by_field():
    answer = register(password="password")
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    details = answer.json["error"]["details"]
    assert {detail["field"] for detail in details} == {"password"}
    assert len(details) == 4
    assert events() == []


def test_no_answer_repeats_a_password():
    answer = register(password="short", body={"displayName": ""})
    assert answer.status == 400
    assert "short" not in answer.text


def test_blanks_around_a_password_belong_to_it():
    register(password=f" {PASSWORD} ")
    assert login().status == 401
    assert login(password=f" {PASSWORD} ").status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"displayName": "   "}, "displayName"),
        ({"displayName": "x" * 51}, "displayName"),
        ({"displayName": "Ada\nYour bank"}, "displayName"),
        ({"roles": ["admin"]}, "roles"),
        ({"password": 7}, "password"),
        ({"password": "Aa-7" * 33}, "password"),
    ],
)
def test_a_field_out_of_its_limits_is_refused(body, field):
    answer = register(body=body)
    assert answer.status == 400
    assert [detail["field"] for detail in answer.json["error"]["details"]] == [field]


def test_registrations_are_limited_by_address():
    allowed = rates.RATES["register-address"].limit
    statuses = [register(f"u{n}@wellspring.example").status for n in range(allowed + 2)]
    assert statuses == [201] * allowed + [429] * 2


def test_a_duplicate_event_sends_nothing_more(mailbox):
    event = UserRegistered(user_id=registered())
    assert deliver(event, event) == []
    assert deliver(event) == []
    assert len(mailbox()) == 1


def test_a_crash_before_the_commit_asks_once_when_the_event_comes_again(mailbox, monkeypatch):
    event = UserRegistered(user_id=registered())

    class Crash(BaseException):
        pass

    def crash(*_):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr("shared.identity.mails.transact", crash)
        with pytest.raises(Crash):
            deliver(event)
    assert mailbox() == []
    assert deliver(event) == []
    assert len(mailbox()) == 1


def test_the_link_is_in_no_item_and_no_event(mailbox):
    user_id = registered()
    deliver(UserRegistered(user_id=user_id))
    proof = _token(mailbox).split(".")[1]
    for domain in ("identity", "messaging"):
        items = dynamodb().scan(TableName=f"test-wellspring-{domain}")["Items"]
        assert items
        assert proof not in str(items)


def test_addresses_are_in_no_event():
    registered()
    register(request_id="again")
    assert "@" not in str(events())


def test_another_mail_can_be_asked_for_until_the_address_is_confirmed(mailbox):
    registered()
    who = caller(login().data["accessToken"])
    answers = [call("identity.request_verification_mail", caller=who, key="again") for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    (requested,) = [data for name, data in events() if name == "AccountMailRequested"]
    assert deliver(AccountMailRequested(**requested)) == []
    assert confirm(_token(mailbox)).status == 200
    refused = call("identity.request_verification_mail", caller=who, request_id="later")
    assert (refused.status, refused.code) == (409, "ALREADY_VERIFIED")


def test_no_link_goes_to_an_address_that_is_confirmed(mailbox):
    user_id = registered()
    deliver(UserRegistered(user_id=user_id))
    confirm(_token(mailbox))
    assert deliver(AccountMailRequested(user_id=user_id, mail_id="mail_late", kind="verify")) == []
    assert len(mailbox()) == 1


def test_confirming_stops_the_links_that_have_not_left():
    user_id = registered()
    deliver(UserRegistered(user_id=user_id))
    matter = f"verify-email:{user_id}"
    assert _topics() == ([[matter]], [])
    _confirm()
    assert _topics() == ([[matter]], [matter])


def _topics():
    items = dynamodb().scan(TableName="test-wellspring-messaging")["Items"]
    asked = [[topic["S"] for topic in item["topics"]["L"]] for item in items if item["sk"]["S"] == "MESSAGE"]
    return asked, [item["pk"]["S"].removeprefix("TOPIC#") for item in items if item["sk"]["S"] == "TOPIC"]


def _confirm():
    items = dynamodb().scan(TableName="test-wellspring-messaging")["Items"]
    (variables,) = [item["variables"]["S"] for item in items if item["sk"]["S"] == "MESSAGE"]
    token = given(variables)["link"].partition("token=")[2]
    assert confirm(token).status == 200


def test_a_confirmed_address_is_how_its_user_is_reached(mailbox):
    user_id = registered()
    deliver(UserRegistered(user_id=user_id))
    assert get(RecipientItem, recipient_pk(user_id), RecipientItem.SK) is None
    confirm(_token(mailbox))
    for _ in range(2):
        assert invoke("identity.enlist_user", queue_event(EmailVerified(user_id=user_id)))["batchItemFailures"] == []
    found = get(RecipientItem, recipient_pk(user_id), RecipientItem.SK)
    assert (found.name, found.email, found.active, found.locale) == ("Ada", "ada@wellspring.example", True, "en")
