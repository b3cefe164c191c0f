"""The holder of an account hears of a sign-in on a device that had none before (X-N-02)."""

import pytest

from shared.identity.events import AccountMailRequested
from tests.calls import call
from tests.handlers.identity.conftest import PASSWORD, confirmed, deliver, events, login, register


def asked():
    return [AccountMailRequested(**data) for name, data in events() if data.get("kind") == "signed-in"]


def told(mailbox):
    return [mail.to for mail in mailbox() if mail.template == "account.signed-in"]


@pytest.mark.covers("X-N-02")
def test_a_sign_in_on_a_new_device_is_told_by_mail_once_and_one_on_a_known_device_is_not(mailbox, capsys):
    confirmed(mailbox)
    mark = login().data["deviceToken"]
    (request,) = asked()
    assert deliver(request, request) == deliver(request) == []
    assert told(mailbox) == ["ada@wellspring.example"]
    body = {"email": "ada@wellspring.example", "password": PASSWORD, "deviceToken": mark}
    again = call("identity.login", body=body)
    call("identity.refresh_session", body={"refreshToken": again.data["refreshToken"]})
    assert asked() == [request]
    assert login(password="wrong wrong wrong").status == 401
    assert asked() == [request]
    login()
    assert deliver(*asked()) == []
    assert told(mailbox) == ["ada@wellspring.example"] * 2
    assert "ada@" not in capsys.readouterr().out


def test_an_address_that_nobody_confirmed_hears_of_no_sign_in(mailbox):
    register("ada@wellspring.example")
    assert login().status == 200
    assert (asked(), told(mailbox)) == ([], [])
