"""Suspension and roles, and how soon they bite."""

import pytest

from shared.kernel.storage import reads
from shared.messaging.items import RecipientItem, recipient_pk
from tests.calls import call
from tests.handlers.identity.conftest import authorize, caller, events, login, register
from tests.triggers import principal

ADMIN = principal("usr_admin", "identity:suspend", "identity:grant-roles")
REASON = {"reason": "Reported by three viewers."}


@pytest.fixture
def ada():
    register()
    return login().data


def _act(name, user_id, body, **more):
    return call(f"identity.{name}", path={"user_id": user_id}, body=body, caller=ADMIN, **more)


def _role(user_id, role, *, granted=True, **more):
    return _act(
        "change_role", user_id, {"role": role, "granted": granted} | more, request_id=f"{role}-{granted}-{more}"
    )


@pytest.mark.covers("X-P-15")
def test_a_suspended_account_is_out_at_the_next_authorization_and_back_when_reinstated(ada):
    user_id = ada["user"]["id"]
    answer = _act("suspend_account", user_id, REASON)
    assert (answer.status, answer.data) == (
        200,
        {"id": user_id, "roles": ["viewer"], "emailVerified": False, "suspended": True},
    )
    assert authorize(ada["accessToken"]) == {"refused": "suspended"}
    refused = call("identity.read_me", refused="suspended")
    assert (refused.status, refused.code) == (403, "ACCOUNT_SUSPENDED")
    assert login().code == "ACCOUNT_SUSPENDED"
    assert login(password="Wrong-water-7").code == "INVALID_CREDENTIALS"
    assert call("identity.refresh_session", body={"refreshToken": ada["refreshToken"]}).code == "ACCOUNT_SUSPENDED"
    assert _act("reinstate_account", user_id, REASON, request_id="r2").data["suspended"] is False
    assert authorize(ada["accessToken"])["userId"] == user_id
    assert call("identity.refresh_session", body={"refreshToken": ada["refreshToken"]}).status == 200


@pytest.mark.covers("X-P-15")
def test_nothing_goes_out_in_the_name_of_a_suspended_user_until_they_are_back(ada):
    user_id = ada["user"]["id"]
    entry = (RecipientItem, recipient_pk(user_id), RecipientItem.SK)
    _act("suspend_account", user_id, REASON)
    assert reads.get(*entry).suspended
    _act("reinstate_account", user_id, REASON, request_id="r2")
    assert reads.get(*entry).suspended is None


def test_suspending_twice_happens_once_and_tells_who_and_why(ada):
    user_id = ada["user"]["id"]
    for number in range(2):
        assert _act("suspend_account", user_id, REASON, request_id=f"r{number}").data["suspended"] is True
    assert [data for name, data in events() if name == "AccountSuspended"] == [
        {"user_id": user_id, "by": "usr_admin", "reason": "Reported by three viewers."}
    ]


@pytest.mark.covers("S-P-06")
def test_a_role_is_granted_and_taken_away_in_effect_at_the_next_authorization(ada):
    user_id = ada["user"]["id"]
    assert _role(user_id, "creator").data["roles"] == ["creator", "viewer"]
    who = caller(ada["accessToken"])
    assert who.may("live:create")
    assert call("identity.read_me", caller=who).data["isCreator"] is True
    assert _role(user_id, "creator", granted=False).data["roles"] == ["viewer"]
    assert not caller(ada["accessToken"]).may("live:create")
    assert [name for name, _ in events() if name.startswith("Role")] == ["RoleGranted", "RoleRevoked"]


def test_a_role_within_a_tenant_permits_nothing_elsewhere(ada):
    _role(ada["user"]["id"], "moderator", tenantId="ten_1")
    who = caller(ada["accessToken"])
    assert who.may("live:moderate@ten_1")
    assert not who.may("live:moderate")


def test_an_account_without_any_role_is_signed_in_and_may_nothing(ada):
    _role(ada["user"]["id"], "viewer", granted=False)
    assert authorize(ada["accessToken"])["permissions"] == ""
    answer = call("identity.read_me", caller=caller(ada["accessToken"]))
    assert (answer.status, answer.code) == (403, "FORBIDDEN")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("suspend_account", REASON),
        ("reinstate_account", REASON),
        ("change_role", {"role": "creator", "granted": True}),
    ],
)
def test_an_account_that_does_not_exist_is_not_found_and_not_made(name, body):
    assert _act(name, "usr_nobody", body).code == "NOT_FOUND"
    assert events() == []


@pytest.mark.parametrize(
    "body",
    [
        {"role": "emperor", "granted": True},
        {"role": "creator", "granted": "true"},
        {"role": "creator", "granted": True, "tenantId": "ten@1"},
        {"role": "creator"},
    ],
)
def test_a_malformed_grant_is_refused(ada, body):
    assert _act("change_role", ada["user"]["id"], body).code == "VALIDATION_ERROR"


def test_nobody_grants_a_role_to_themselves_but_may_give_one_up(ada):
    user_id = ada["user"]["id"]
    own = principal(user_id, "identity:grant-roles")

    def change(granted):
        return call(
            "identity.change_role",
            path={"user_id": user_id},
            body={"role": "admin", "granted": granted},
            caller=own,
            request_id=f"own-{granted}",
        )

    refused = change(True)
    assert (refused.status, refused.code) == (403, "FORBIDDEN")
    assert _role(user_id, "admin").data["roles"] == ["admin", "viewer"]
    assert change(False).data["roles"] == ["viewer"]


SUPPORT = principal("usr_admin", "identity:find")


def test_support_finds_a_user_by_either_form_of_an_address(ada):
    found = call("identity.find_user", body={"email": "Ada@Wellspring.example"}, caller=SUPPORT)
    assert (found.status, found.data) == (
        200,
        {
            "id": ada["user"]["id"],
            "email": "ada@wellspring.example",
            "emailVerified": False,
            "suspended": False,
            "roles": ["viewer"],
            "displayName": "Ada",
            "createdAt": "2026-03-01T09:30:00.000Z",
        },
    )
    nobody = call("identity.find_user", body={"email": "nobody@wellspring.example"}, caller=SUPPORT)
    assert (nobody.status, nobody.code) == (404, "NOT_FOUND")
    assert call("identity.find_user", body={"email": "ada"}, caller=SUPPORT).code == "VALIDATION_ERROR"
    assert call("identity.find_user", body={"email": "ada@wellspring.example"}, caller=ADMIN).code == "FORBIDDEN"
