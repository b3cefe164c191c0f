"""Links that confirm an address, and claims on addresses that nobody confirmed."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pytest

from shared.identity import registration
from shared.identity.events import AccountMailRequested, UserRegistered
from shared.identity.items import Account, AccountMail, EmailClaim, Profile, email_pk, mail_pk, user_pk
from shared.identity.registration import claim_on
from shared.identity.seeding import ensure_account
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.reads import get
from shared.kernel.storage.writes import Update, commit
from shared.messaging import set_zone_write
from shared.messaging.items import RecipientItem, recipient_pk
from tests.calls import call
from tests.clock import START
from tests.handlers.identity.conftest import (
    PASSWORD,
    authorize,
    caller,
    confirm,
    deliver,
    events,
    login,
    mailed,
    register,
    registered,
)
from tests.languages import english

EMAIL = "ada@wellspring.example"
OWN = "Owners-water-9"
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def _stored():
    return dynamodb().scan(TableName="test-wellspring-identity")["Items"]


def _mailed(mailbox, user_id):
    return mailed(mailbox, UserRegistered(user_id=user_id)).token


def _open(token, more=MappingProxyType({}), **request):
    return call("identity.show_verification", query={"token": token}, headers=BROWSER | more, **request)


def _send(token, more=MappingProxyType({}), **fields):
    from urllib.parse import urlencode

    form = {"content-type": "application/x-www-form-urlencoded"}
    return call("identity.verify_email", text=urlencode({"token": token} | fields), headers=form | more)


@pytest.mark.covers("S-P-03")
def test_opening_the_link_any_number_of_times_changes_nothing(mailbox):
    token = _mailed(mailbox, registered())
    before = _stored()
    pages = [_open(token, request_id=f"scan-{number}") for number in range(3)]
    assert [page.status for page in pages] == [200] * 3
    assert _stored() == before
    assert login().data["user"]["emailVerified"] is False
    assert '<form method="post" action="verify">' in pages[0].text
    assert EMAIL in pages[0].text
    assert pages[0].headers["Content-Type"] == "text/html; charset=utf-8"
    assert pages[0].headers["Referrer-Policy"] == "no-referrer"
    assert "form-action 'self'" in pages[0].headers["Content-Security-Policy"]


SPANISH = {"accept-language": "es-MX,es;q=0.9"}


def test_the_pages_speak_the_language_of_the_browser_until_that_of_the_holder_is_known(mailbox):
    token = _mailed(mailbox, registered())
    shown = _open(token, more=SPANISH)
    weak = _send(token, more=SPANISH, newPassword="x")
    done = _send(token, more=SPANISH, password=PASSWORD)
    unknown = _open("x", more=SPANISH)
    for page, said in (
        (shown, "Confirma tu correo electrónico"),
        (weak, "Debe tener entre 8 y 128 caracteres. Falta una letra mayúscula"),
        (done, "Tu correo está confirmado"),
        (unknown, "Este enlace no es válido."),
    ):
        assert said in page.text
        assert english(page.text) == []


def test_the_pages_speak_the_language_that_the_holder_is_told_things_in(mailbox):
    token = _mailed(mailbox, user := registered())
    commit(set_zone_write(user, "Europe/Madrid"))
    assert "Confirm your e-mail address" in _open(token, more=SPANISH).text
    commit(
        Update(
            RecipientItem,
            recipient_pk(user),
            RecipientItem.SK,
            [RecipientItem.locale.set("es-ES")],
            RecipientItem.pk.exists(),
        )
    )
    assert "Confirma tu correo electrónico" in _open(token).text


@pytest.mark.covers("S-P-03")
def test_the_button_with_the_password_of_the_registration_confirms_and_twice_is_fine(mailbox):
    token = _mailed(mailbox, registered())
    access = login().data["accessToken"]
    for _ in range(2):
        page = _send(token, password=PASSWORD)
        assert (page.status, "<h1>Your e-mail address is confirmed</h1>" in page.text) == (200, True)
    assert authorize(access)["verified"] == "true"
    assert [name for name, _ in events()].count("EmailVerified") == 1
    assert "SessionsEnded" not in [name for name, _ in events()]
    assert _open(token).status == 200


@pytest.mark.covers("S-P-03", "S-P-08")
def test_a_program_confirms_by_json(mailbox):
    token = _mailed(mailbox, registered())
    answer = confirm(token)
    assert (answer.status, answer.json) == (200, {"data": {"status": "VERIFIED"}, "meta": {}})
    assert login().data["user"]["emailVerified"] is True


def test_neither_the_link_nor_the_password_alone_confirms(mailbox):
    token = _mailed(mailbox, registered())
    for page in (_send(token), _send(token, password="Wrong-water-7")):
        assert (page.status, 'role="alert"' in page.text) == (400, True)
    wrong = confirm(token, password="Wrong-water-7")
    assert (wrong.status, wrong.code) == (400, "WRONG_PASSWORD")
    for body in ({"token": token}, {"token": token, "password": PASSWORD, "newPassword": OWN}):
        assert call("identity.confirm_email", body=body).code == "VALIDATION_ERROR"
    assert confirm("mail_x.y").code == "UNKNOWN_LINK"
    assert login().data["user"]["emailVerified"] is False


def test_whoever_reads_the_mails_sets_the_password_and_the_squatter_is_out(mailbox):
    token = _mailed(mailbox, registered())
    squatter = login().data
    assert _send(token, newPassword=OWN).status == 200
    assert authorize(squatter["accessToken"]) == {"refused": "invalid"}
    again = call("identity.refresh_session", body={"refreshToken": squatter["refreshToken"]})
    assert again.status == 401
    assert login().code == "INVALID_CREDENTIALS"
    assert login(password=OWN).data["user"]["emailVerified"] is True
    assert [data for name, data in events() if name == "SessionsEnded"] == [
        {"user_id": squatter["user"]["id"], "cause": "password_set"}
    ]


def test_a_weak_new_password_is_told_on_the_page_and_by_json(mailbox):
    token = _mailed(mailbox, registered())
    page = _send(token, newPassword="short")
    assert (page.status, "An uppercase letter is needed" in page.text) == (400, True)
    assert "short" not in page.text
    answer = confirm(token, new="short")
    assert {detail["field"] for detail in answer.json["error"]["details"]} == {"newPassword"}


def test_another_password_does_not_pass_for_set_once_the_address_is_confirmed(mailbox):
    token = _mailed(mailbox, registered())
    assert confirm(token).status == 200
    late = confirm(token, new=OWN)
    assert (late.status, late.code) == (409, "ALREADY_VERIFIED")
    assert login(password=OWN).status == 401


@pytest.mark.covers("S-P-01")
def test_the_owner_registers_after_a_squatter_and_has_the_address(mailbox):
    squatted = registered()
    stale = _mailed(mailbox, squatted)
    squatter = login().data
    owned = registered(password=OWN)
    assert owned != squatted
    assert get(Account, user_pk(squatted), Account.SK) is None
    assert get(Profile, user_pk(squatted), Profile.SK) is None
    assert authorize(squatter["accessToken"]) == {"refused": "invalid"}
    assert login().code == "INVALID_CREDENTIALS"
    for answer in (confirm(stale), confirm(stale, new=OWN)):
        assert (answer.status, answer.code) == (410, "LINK_EXPIRED")
    assert confirm(_mailed(mailbox, owned), password=OWN).status == 200
    assert login(password=OWN).data["user"] == {
        "id": owned,
        "email": EMAIL,
        "emailVerified": True,
        "roles": ["viewer"],
    }


def test_a_squatter_who_registers_after_the_owner_only_sends_them_another_link(mailbox):
    mine = _mailed(mailbox, registered(password=OWN))
    theirs = _mailed(mailbox, registered(password="Squat-water-1"))
    assert confirm(mine, password=OWN).status == 410
    assert confirm(theirs, password=OWN).code == "WRONG_PASSWORD"
    assert confirm(theirs, new=OWN).status == 200
    assert login(password=OWN).status == 200
    assert login(password="Squat-water-1").status == 401


def test_the_mail_of_a_registration_that_gave_way_is_not_sent(mailbox):
    first, second = registered(), registered(password=OWN)
    assert deliver(UserRegistered(user_id=first)) == []
    assert mailbox() == []
    assert deliver(UserRegistered(user_id=second)) == []
    assert len(mailbox()) == 1


def test_an_address_that_is_confirmed_while_another_registers_it_gives_way_to_nobody(mailbox, monkeypatch):
    token, kept_for = _mailed(mailbox, registered()), registration._kept_for

    def meanwhile(email):
        found = kept_for(email)
        monkeypatch.setattr(registration, "_kept_for", kept_for)
        assert confirm(token).status == 200
        return found

    monkeypatch.setattr(registration, "_kept_for", meanwhile)
    assert register(password=OWN, request_id="another").status == 201
    assert login(password=OWN).status == 401
    assert login().data["user"]["emailVerified"] is True


def test_a_confirmed_address_gives_way_to_nobody(mailbox):
    user_id = registered()
    assert confirm(_mailed(mailbox, user_id)).status == 200
    register(password=OWN)
    assert get(EmailClaim, email_pk(EMAIL), EmailClaim.SK).user_id == user_id
    assert login().status == 200
    for item in (get(Account, user_pk(user_id), Account.SK), get(Profile, user_pk(user_id), Profile.SK)):
        assert item.expires_at is None


def test_an_account_of_before_claims_ended_gives_way_too(mailbox, clock):
    user_id = registered()
    keys = [(Account, user_pk(user_id)), (Profile, user_pk(user_id)), (EmailClaim, email_pk(EMAIL))]
    for model, pk in keys:
        commit(Update(model, pk, model.SK, [model.expires_at.remove()]))
    clock.advance(days=40)
    owned = registered(password=OWN)
    assert get(EmailClaim, email_pk(EMAIL), EmailClaim.SK).user_id == owned
    assert get(Account, user_pk(user_id), Account.SK) is None


def test_a_claim_ends_after_24_hours_whether_or_not_its_items_are_gone(mailbox, clock):
    token = _mailed(mailbox, registered())
    access = login().data
    clock.advance(hours=24)
    assert authorize(access["accessToken"]) == {"refused": "invalid"}
    assert call("identity.refresh_session", body={"refreshToken": access["refreshToken"]}).status == 401
    assert login().code == "INVALID_CREDENTIALS"
    answer = confirm(token)
    assert (answer.status, answer.code) == (410, "LINK_EXPIRED")
    page = _open(token)
    assert (page.status, "not good any more" in page.text) == (410, True)
    assert claim_on(EMAIL, now=clock.now()) is None
    assert registered() != access["user"]["id"]


def test_a_later_mail_keeps_the_claim_for_as_long_as_its_link(mailbox, clock):
    registered()
    who = caller(login().data["accessToken"])
    clock.advance(hours=23)
    assert call("identity.request_verification_mail", caller=who).status == 202
    (requested,) = [data for name, data in events() if name == "AccountMailRequested"]
    token = mailed(mailbox, AccountMailRequested(**requested)).token
    clock.advance(hours=23)
    assert confirm(token).status == 200


def test_a_link_of_before_the_change_confirms_with_the_password(mailbox):
    token = _mailed(mailbox, registered())
    pk = mail_pk(token.partition(".")[0])
    commit(Update(AccountMail, pk, AccountMail.SK, [AccountMail.purpose.remove(), AccountMail.passwords_set.remove()]))
    assert confirm(token).status == 200


@pytest.mark.parametrize("token", ["", "x", "mail_x.y", "." * 200, "mail_" + "0" * 195, "é.é"])
def test_an_unknown_link_is_told_so(token):
    for page in (_open(token), _send(token, password=PASSWORD)):
        assert (page.status, "This link is not valid" in page.text) == (400, True)
    assert confirm(token).code == "UNKNOWN_LINK"


def test_a_changed_link_confirms_nothing(mailbox):
    token = _mailed(mailbox, registered())
    for changed in (token[:-1], token + "A", token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), token.upper()):
        assert confirm(changed).status == 400
    assert login().data["user"]["emailVerified"] is False


def test_an_address_that_nobody_confirmed_gets_three_mails_a_day_however_often_it_is_registered(mailbox, clock):
    for number in range(6):
        register(request_id=f"r-{number}", address=f"203.0.113.{number}")
    made = [data for name, data in events() if name == "UserRegistered"]
    assert len(made) == 3
    assert deliver(*(UserRegistered(**data) for data in made)) == []
    assert len(mailbox()) == 1, "those that gave way are not sent at all"
    assert confirm(mailbox()[-1].token, new=OWN).status == 200, "the last of them still confirms"


def _opened() -> int:
    return [name for name, _ in events()].count("UserRegistered")


def _to_a_window(clock, days):
    """Move the clock to where a window of so many days begins, and return when that is."""
    since = clock.now() - datetime(1970, 1, 1, tzinfo=UTC)
    return clock.advance(seconds=(-since % timedelta(days=days)).total_seconds())


def test_an_address_that_nobody_confirmed_gets_ten_mails_in_a_week(clock):
    _to_a_window(clock, 7)
    for day in range(3):
        for number in range(4):
            register(request_id=f"r-{day}-{number}")
        clock.advance(days=2)
    for number in range(8):
        register(request_id=f"r-later-{number}")
        clock.advance(hours=2)
    assert _opened() == 10


def test_a_stranger_who_uses_up_the_mails_keeps_the_owner_waiting_for_days_at_most(mailbox, clock):
    began = _to_a_window(clock, 7 * 30)  # of longer windows too
    while _opened() < 10:
        register(request_id=f"stranger-{clock.advance(hours=4)}")
    while _opened() < 11:
        register(request_id=f"owner-{clock.advance(hours=4)}")
    assert clock.now() < began + timedelta(days=8), "the week is over, and what was used in it fades"
    assert _opened() == 11
    assert confirm(_mailed(mailbox, claim_on(EMAIL, now=clock.now()).user_id), new=OWN).status == 200


def test_mails_that_its_holder_asks_for_count_with_those_of_registrations():
    registered()
    who = caller(login().data["accessToken"])
    answers = [call("identity.request_verification_mail", caller=who, request_id=f"r{n}") for n in range(4)]
    assert [answer.status for answer in answers] == [202, 202, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_what_is_not_confirmed_may_only_see_itself_and_ask_for_the_mail():
    registered()
    who = caller(login().data["accessToken"])
    assert call("identity.read_me", caller=who).status == 200
    for endpoint, given in (
        ("identity.update_profile", {"body": {"bio": "Mine"}}),
        ("platform.issue_ticket", {}),
        ("payments.start_checkout", {"body": {}}),
        ("accountability.list_goals", {}),
    ):
        assert call(endpoint, caller=who, **given).code == "EMAIL_NOT_VERIFIED"


def test_a_seeded_account_takes_the_place_of_a_claim(mailbox):
    squatted = registered("admin@wellspring.example")
    seeded = ensure_account("admin@wellspring.example", OWN, "Ada Admin", ["admin"], START)
    assert seeded != squatted
    assert ensure_account("admin@wellspring.example", OWN, "Ada Admin", ["admin"], START) == seeded
    signed_in = login("admin@wellspring.example", OWN).data["user"]
    assert (signed_in["id"], signed_in["emailVerified"], signed_in["roles"]) == (seeded, True, ["admin", "viewer"])
    assert login("admin@wellspring.example").status == 401
