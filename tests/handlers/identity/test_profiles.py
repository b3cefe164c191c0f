"""The caller's profile, and the names of others."""

import pytest

from shared import identity
from shared.identity import administration
from shared.identity.schemas import RoleChange
from tests.calls import call
from tests.clock import START
from tests.handlers.identity.conftest import caller, confirmed, login, registered
from tests.triggers import principal


@pytest.fixture
def ada(mailbox):
    confirmed(mailbox)
    return caller(login().data["accessToken"])


def _change(who, body, **more):
    return call("identity.update_profile", caller=who, body=body, **more)


@pytest.mark.covers("S-P-02")
def test_the_fields_that_are_sent_change_and_the_others_stay(ada):
    answer = _change(ada, {"bio": "Breathes.", "avatarUrl": "https://wellspring.example/ada.png"})
    assert answer.status == 200
    assert answer.headers["ETag"] == '"2"'
    assert answer.data == {
        "displayName": "Ada",
        "bio": "Breathes.",
        "avatarUrl": "https://wellspring.example/ada.png",
        "version": 2,
    }
    cleared = _change(ada, {"displayName": "Ada L.", "bio": None}, request_id="r2").data
    assert cleared == answer.data | {"displayName": "Ada L.", "bio": None, "version": 3}


@pytest.mark.covers("X-P-05")
@pytest.mark.parametrize(
    ("tag", "status"), [('"1"', 200), ("*", 200), ('"2"', 412), ("1", 412), ('W/"1"', 412), ('"é"', 412), ('"01"', 412)]
)
def test_if_match_holds_the_change_to_the_version_that_was_read(ada, tag, status):
    assert _change(ada, {"bio": "x"}, headers={"if-match": tag}).status == status


@pytest.mark.parametrize(
    "body",
    [
        {"displayName": None},
        {"displayName": ""},
        {"bio": "x" * 501},
        {"avatarUrl": "javascript:alert(1)"},
        {"avatarUrl": "https://"},
        {"version": 9},
        {"roles": ["admin"]},
    ],
)
def test_a_field_out_of_its_limits_is_refused(ada, body):
    assert _change(ada, body).code == "VALIDATION_ERROR"


def test_a_caller_without_an_account_finds_nothing():
    nobody = principal("usr_nobody", "identity:self")
    assert call("identity.read_me", caller=nobody).code == "NOT_FOUND"
    assert _change(nobody, {"bio": "x"}).code == "NOT_FOUND"
    assert _change(nobody, {"bio": "x"}, headers={"if-match": '"1"'}, request_id="r2").code == "NOT_FOUND"


@pytest.mark.covers("S-P-02")
def test_anybody_sees_the_public_profile_and_nothing_else(ada):
    _change(ada, {"bio": "Breathes.", "avatarUrl": "https://wellspring.example/ada.png"})
    answer = call("identity.read_public_profile", path={"user_id": ada.user_id})
    shown = {
        "id": ada.user_id,
        "displayName": "Ada",
        "bio": "Breathes.",
        "avatarUrl": "https://wellspring.example/ada.png",
        "isCreator": False,
    }
    assert (answer.status, answer.data) == (200, shown)
    administration.change_role(ada.user_id, RoleChange(role="creator", granted=True), by="usr_admin", now=START)
    assert call("identity.read_public_profile", path={"user_id": ada.user_id}).data == shown | {"isCreator": True}


@pytest.mark.covers("S-P-02")
def test_who_is_suspended_unconfirmed_or_nobody_has_no_public_profile(ada):
    administration.suspend(ada.user_id, "Reported", by="usr_admin", now=START)
    unconfirmed = registered("bea@wellspring.example")
    for user_id in (ada.user_id, unconfirmed, "usr_nobody"):
        answer = call("identity.read_public_profile", path={"user_id": user_id})
        assert (answer.status, answer.code) == (404, "NOT_FOUND")


def test_other_domains_get_names_in_one_call(ada):
    names = identity.display_names([ada.user_id, "usr_nobody", ada.user_id])
    assert names == {ada.user_id: "Ada", "usr_nobody": "Unknown"}
    assert identity.display_names([]) == {}
