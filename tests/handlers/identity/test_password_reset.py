"""A new password for whoever reads the mails of an address."""

from urllib.parse import urlencode

import pytest

from shared.identity import new_passwords
from shared.identity.events import AccountMailRequested
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Update, commit
from shared.messaging import set_zone_write
from shared.messaging.items import RecipientItem, recipient_pk
from tests.calls import call
from tests.handlers.identity.conftest import (
    PASSWORD,
    authorize,
    confirm,
    confirmed,
    deliver,
    events,
    login,
    mailed,
    registered,
)
from tests.languages import english

EMAIL = "ada@wellspring.example"
OTHER = "Deeper-water-8"


def _ask(email=EMAIL, **more):
    return call("identity.request_password_reset", body={"email": email}, **more)


def _requested():
    return [AccountMailRequested(**data) for name, data in events() if name == "AccountMailRequested"]


def _token(mailbox, **more):
    known = {event.mail_id for event in _requested()}
    assert _ask(**more).status == 202
    (event,) = [event for event in _requested() if event.mail_id not in known]
    mail = mailed(mailbox, event)
    assert mail.template == "account.reset"
    return mail.token


def _set(token, password=OTHER):
    return call("identity.set_password", body={"token": token, "newPassword": password})


def test_a_reset_sets_the_password_ends_every_sign_in_and_tells_the_holder(mailbox):
    user_id = confirmed(mailbox)
    before = login().data
    token = _token(mailbox)
    answer = _set(token)
    assert (answer.status, answer.data) == (200, {"status": "PASSWORD_SET"})
    assert authorize(before["accessToken"]) == {"refused": "invalid"}
    assert call("identity.refresh_session", body={"refreshToken": before["refreshToken"]}).status == 401
    assert login().status == 401
    assert login(password=OTHER).status == 200
    assert [data for name, data in events() if name == "SessionsEnded"] == [
        {"user_id": user_id, "cause": "password_set"}
    ]
    (told,) = [mail for mail in mailbox() if mail.template == "account.password-set"]
    assert (told.to, told.variables) == (EMAIL, {})


def test_a_link_works_once_and_none_of_before_works_after(mailbox):
    confirmed(mailbox)
    first, second = _token(mailbox), _token(mailbox, request_id="second")
    assert _set(second).status == 200
    for token in (first, second):
        answer = _set(token, "Third-water-9")
        assert (answer.status, answer.code) == (410, "LINK_EXPIRED")
    assert login(password=OTHER).status == 200


def test_of_two_links_at_once_one_sets_the_password_and_the_other_is_refused(mailbox, monkeypatch):
    confirmed(mailbox)
    first, second = _token(mailbox), _token(mailbox, request_id="second")
    setting = new_passwords.setting

    def meanwhile(password):
        monkeypatch.setattr(new_passwords, "setting", setting)
        assert _set(second, "Third-water-9").status == 200
        return setting(password)

    monkeypatch.setattr(new_passwords, "setting", meanwhile)
    assert _set(first).code == "LINK_EXPIRED"
    assert login(password=OTHER).status == 401
    assert login(password="Third-water-9").status == 200


def test_a_link_lives_an_hour(mailbox, clock):
    confirmed(mailbox)
    token = _token(mailbox)
    clock.advance(minutes=60)
    assert _set(token).code == "LINK_EXPIRED"
    assert login().status == 200


def test_opening_the_link_shows_a_form_and_changes_nothing(mailbox):
    confirmed(mailbox)
    token = _token(mailbox)
    before = dynamodb().scan(TableName="test-wellspring-identity")["Items"]
    pages = [call("identity.show_password_reset", query={"token": token}) for _ in range(2)]
    assert [page.status for page in pages] == [200, 200]
    assert '<form method="post" action="password-reset">' in pages[0].text
    assert dynamodb().scan(TableName="test-wellspring-identity")["Items"] == before


def _send(token, password, **headers):
    form = {"content-type": "application/x-www-form-urlencoded"}
    fields = {"token": token, "newPassword": password}
    return call("identity.reset_password", text=urlencode(fields), headers=form | headers)


def test_the_form_sets_the_password_or_says_what_is_wrong(mailbox):
    confirmed(mailbox)
    token = _token(mailbox)
    weak = _send(token, "short")
    assert (weak.status, "A digit is needed" in weak.text, "short" in weak.text) == (400, True, False)
    assert "Your new password is set" in _send(token, OTHER).text
    used = _send(token, "Third-water-9")
    assert (used.status, "not good any more" in used.text) == (410, True)


def test_the_form_speaks_the_language_of_the_holder_and_of_the_browser_once_the_link_is_used(mailbox):
    user = confirmed(mailbox)
    commit(set_zone_write(user, "Europe/Madrid"))
    commit(
        Update(
            RecipientItem,
            recipient_pk(user),
            RecipientItem.SK,
            [RecipientItem.locale.set("es-ES")],
            RecipientItem.pk.exists(),
        )
    )
    token = _token(mailbox)
    used = {"accept-language": "es"}
    for page, said in (
        (call("identity.show_password_reset", query={"token": token}), "Elige una contraseña nueva"),
        (_send(token, "short"), "Debe tener entre 8 y 128 caracteres. Falta una letra mayúscula. Falta un número."),
        (_send(token, OTHER), "Tu contraseña nueva está guardada"),
        (_send(token, OTHER, **used), "Usa el del correo más reciente o pide otro."),
    ):
        assert said in page.text
        assert english(page.text) == []


def test_a_weak_password_is_refused_by_field(mailbox):
    confirmed(mailbox)
    answer = _set(_token(mailbox), "password")
    assert (answer.status, answer.code) == (400, "VALIDATION_ERROR")
    assert {detail["field"] for detail in answer.json["error"]["details"]} == {"newPassword"}


@pytest.mark.covers("X-P-17")
def test_unknown_unconfirmed_and_known_addresses_get_the_same_answer_and_only_one_a_mail(mailbox):
    confirmed(mailbox)
    registered("bea@wellspring.example")
    answers = [
        _ask(f"{name}@wellspring.example", request_id=f"req-{name}", address=f"203.0.113.{number}")
        for number, name in enumerate(("ada", "bea", "nobody"))
    ]
    assert [answer.status for answer in answers] == [202] * 3
    assert len({answer.text for answer in answers}) == 1
    assert len(_requested()) == 3, "the same work whoever it is"
    assert deliver(*_requested()) == []
    assert sorted(mail.template for mail in mailbox()) == ["account.reset", "account.verify"]


def test_nobody_gets_more_than_three_an_hour_and_ten_a_day_whoever_asks(mailbox, clock):
    confirmed(mailbox)

    def sent(hour):
        before = len(_requested())
        for number in range(5):
            assert _ask(request_id=f"{hour}-{number}", address=f"203.0.113.{number}").status == 202
        return len(_requested()) - before

    first = sent(0)
    clock.advance(hours=2)
    assert (first, sent(1)) == (3, 3)
    for hour in range(2, 8):
        clock.advance(hours=2)
        sent(hour)
    assert len(_requested()) == 10


def test_whoever_is_sent_no_mail_has_one_whose_link_is_good_whatever_strangers_asked_for(mailbox, clock):
    confirmed(mailbox)
    sent = refused = 0
    for step in range(80):
        known = {event.mail_id for event in _requested()}
        assert _ask(request_id=f"r-{step}", address=f"203.0.113.{step}").status == 202
        events = [event for event in _requested() if event.mail_id not in known]
        if events:
            newest = mailed(mailbox, *events)
            sent += 1
        else:
            refused += 1
            assert call("identity.show_password_reset", query={"token": newest.token}).status == 200
        clock.advance(minutes=25)
    assert (sent < 22, refused > 50) == (True, True), "over 33 hours"
    assert _set(newest.token).status == 200
    assert login(password=OTHER).status == 200


def test_one_source_cannot_ask_for_everybody():
    statuses = [_ask(f"u{number}@wellspring.example", request_id=f"r{number}").status for number in range(22)]
    assert statuses == [202] * 20 + [429] * 2


def test_a_link_to_confirm_sets_no_password_of_another_time_and_the_reverse(mailbox):
    confirmed(mailbox)
    (verification,) = [mail.token for mail in mailbox()]
    reset = _token(mailbox)
    assert _set(verification).code == "UNKNOWN_LINK"
    assert confirm(reset, new=OTHER).code == "UNKNOWN_LINK"


def test_an_owner_whom_strangers_locked_out_gets_in_by_a_reset(mailbox):
    confirmed(mailbox)
    for number in range(6):
        login(password="Wrong-water-7", address=f"198.51.100.{number}")
    assert login().status == 429
    assert _set(_token(mailbox)).status == 200
    assert login(password=OTHER).status == 200
    assert PASSWORD not in str(mailbox())
