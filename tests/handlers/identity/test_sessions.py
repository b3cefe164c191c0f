"""Signing in, staying signed in, signing out."""

import jwt
import pytest

from shared.identity import authorization, standing
from shared.identity.events import UserRegistered
from shared.identity.items import Account, user_pk
from shared.kernel import rates
from shared.kernel.errors import Unavailable
from shared.kernel.security import passwords
from shared.kernel.storage.client import dynamodb
from shared.kernel.storage.writes import Update, commit
from tests import environment
from tests.calls import call
from tests.handlers.identity.conftest import (
    PASSWORD,
    authorize,
    caller,
    confirm,
    confirmed,
    events,
    login,
    mailed,
    register,
)

INVALID = {"refused": "invalid"}


@pytest.fixture(autouse=True)
def _ada():
    register()


def _refresh(token, **more):
    return call("identity.refresh_session", body={"refreshToken": token}, **more)


@pytest.mark.covers("S-P-04", "S-P-05", "S-P-10", "S-P-35")
def test_the_right_password_gives_an_access_token_with_the_specified_claims(clock):
    answer = login("ADA@wellspring.example")
    assert answer.status == 200
    data = answer.data
    assert (data["expiresIn"], data["tokenType"]) == (900, "Bearer")
    (key,) = call("identity.publish_keys").json["keys"]
    header = jwt.get_unverified_header(data["accessToken"])
    assert header == {"alg": "RS256", "typ": "at+jwt", "kid": key["kid"]}
    claims = jwt.decode(
        data["accessToken"],
        jwt.PyJWK(key),
        algorithms=["RS256"],
        audience="test-wellspring-api",
        options={"verify_exp": False, "verify_iat": False},
    )
    now = int(clock.now().timestamp())
    assert claims.pop("jti").startswith("tok_")
    assert claims.pop("sid").startswith("ses_")
    assert claims == {
        "iss": "test-wellspring-identity",
        "aud": "test-wellspring-api",
        "sub": data["user"]["id"],
        "userId": data["user"]["id"],
        "email": "ada@wellspring.example",
        "role": "VIEWER",
        "emailVerified": False,
        "iat": now,
        "exp": now + 900,
    }


@pytest.mark.covers("S-P-04", "S-P-35", "X-P-17")
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer():
    wrong, unknown = login(password="Wrong-water-7"), login("nobody@wellspring.example")
    assert (wrong.status, wrong.code) == (401, "INVALID_CREDENTIALS")
    assert wrong.json == unknown.json


@pytest.mark.covers("X-P-07", "X-P-17")
def test_an_unknown_address_costs_one_verification_like_a_known_one(monkeypatch):
    verified = []
    real = passwords.verify_password
    monkeypatch.setattr(passwords, "verify_password", lambda *both: verified.append(both[0]) or real(*both))
    login("nobody@wellspring.example")
    login(password="Wrong-water-7")
    assert len(verified) == 2
    assert verified[0] == passwords.NOBODYS


@pytest.mark.covers("X-P-06")
@pytest.mark.covers_partly("S-P-14", missing="five tries are those of an account; an address has twenty")
def test_five_wrong_passwords_close_the_account_to_every_address_for_the_window(clock, monkeypatch):
    work = []
    real = passwords.verify_password
    monkeypatch.setattr(passwords, "verify_password", lambda *both: work.append(1) or real(*both))
    tries = [login(password="Wrong-water-7", address=f"203.0.113.{n}") for n in range(7)]
    assert [answer.status for answer in tries] == [401] * 5 + [429] * 2
    assert len(work) == 5
    refused = login(address="198.51.100.1")
    assert (refused.status, refused.code) == (429, "RATE_LIMIT_EXCEEDED")
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert int(refused.headers["Retry-After"]) > 0
    clock.advance(minutes=30)
    assert login().status == 200


@pytest.mark.covers("X-P-07", "S-P-26")
def test_twenty_attempts_from_one_address_close_it_whatever_a_header_says():
    statuses = [
        login(f"u{n}@wellspring.example", headers={"x-forwarded-for": f"192.0.2.{n}"}).status for n in range(22)
    ]
    assert statuses == [401] * 20 + [429] * 2
    assert login(address="203.0.113.99").status == 200


def test_right_passwords_do_not_use_the_account_up_for_wrong_ones():
    assert [login(address=f"203.0.113.{n}").status for n in range(8)] == [200] * 8
    assert [login(password="Wrong-water-7").status for _ in range(6)] == [401] * 5 + [429]


def test_right_passwords_have_a_limit_of_their_own_that_stops_the_work_and_says_when(clock, monkeypatch):
    work = []
    real = passwords.verify_password
    monkeypatch.setattr(passwords, "verify_password", lambda *both: work.append(1) or real(*both))
    monkeypatch.setitem(rates.RATES, "login-right", rates.Rate(6, 3600))
    answers = [login(address=f"203.0.113.{n}") for n in range(9)]
    assert [answer.status for answer in answers] == [200] * 6 + [429] * 3
    assert len(work) == 6
    clock.advance(seconds=int(answers[-1].headers["Retry-After"]))
    assert login().status == 200


@pytest.mark.covers("X-P-07")
def test_a_device_that_signed_in_before_is_not_locked_out_by_strangers():
    mark = login().data["deviceToken"]
    strangers = [login(password="Wrong-water-7", address=f"203.0.113.{n}").status for n in range(7)]
    assert strangers == [401] * 5 + [429] * 2
    assert login().status == 429
    known = _from(mark)
    assert (known.status, known.data["deviceToken"]) == (200, mark)


def test_a_known_device_has_five_tries_of_its_own_and_takes_none_of_the_others():
    mark = login().data["deviceToken"]
    assert [_from(mark, "Wrong-water-7").status for _ in range(7)] == [401] * 5 + [429] * 2
    assert login().status == 200


def test_a_mark_is_good_for_its_account_only_and_as_it_was_made():
    register("bea@wellspring.example", request_id="bea")
    mark = login().data["deviceToken"]
    theirs = login("bea@wellspring.example").data["deviceToken"]
    for _ in range(5):
        login(password="Wrong-water-7")
    changed = [mark[:-1] + ("A" if mark[-1] != "A" else "B"), mark + "x", "x", "", mark.replace("dev_", "dev_0")]
    for number, other in enumerate([theirs, *changed]):
        assert _from(other, address=f"198.51.100.{number}").status == 429
    assert _from(mark).status == 200
    unknown = call("identity.login", body={"email": "no@wellspring.example", "password": "x", "deviceToken": mark})
    assert unknown.code == "INVALID_CREDENTIALS"


def test_a_mark_ends_with_the_password_it_was_given_under(mailbox):
    mark = login().data["deviceToken"]
    (data,) = [data for name, data in events() if name == "UserRegistered"]
    assert confirm(mailed(mailbox, UserRegistered(**data)).token, new="Other-water-8").status == 200
    for _ in range(5):
        login(password="Wrong-water-7")
    assert _from(mark, "Other-water-8").status == 429


def test_refreshing_gives_no_mark():
    assert _refresh(login().data["refreshToken"]).data["deviceToken"] is None


def _from(mark, password=PASSWORD, **more):
    body = {"email": "ada@wellspring.example", "password": password, "deviceToken": mark}
    return call("identity.login", body=body, **more)


def test_a_password_typed_in_another_form_signs_in_and_the_old_form_is_kept_anew():
    from argon2 import PasswordHasher

    typed = "Cafe\u0301-Water-7"
    register("bea@wellspring.example", typed, request_id="bea")
    assert login("bea@wellspring.example", "Caf\u00e9-Water-7").status == 200
    user_id = login().data["user"]["id"]
    old = PasswordHasher(passwords.PASSES, passwords.MEMORY_KIB, passwords.LANES).hash(typed)
    commit(Update(Account, user_pk(user_id), Account.SK, [Account.password_hash.set(old)]))
    assert login(password="Caf\u00e9-Water-7").status == 401
    assert login(password=typed).status == 200
    assert login(password="Caf\u00e9-Water-7").status == 200


def test_a_password_that_cannot_be_typed_again_is_refused_at_registration_only():
    answer = register("bea@wellspring.example", "Deep\u200bwater-7", request_id="bea")
    assert (answer.status, [detail["field"] for detail in answer.json["error"]["details"]]) == (400, ["password"])
    assert login(password="Deep\u200bwater-7").code == "INVALID_CREDENTIALS"


def test_an_outdated_hash_is_renewed_when_its_password_is_seen():
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    user_id = login().data["user"]["id"]
    key = {"pk": {"S": f"USER#{user_id}"}, "sk": {"S": "ACCOUNT"}}
    table = "test-wellspring-identity"
    dynamodb().update_item(
        TableName=table,
        Key=key,
        UpdateExpression="SET password_hash = :h",
        ExpressionAttributeValues={":h": {"S": weak}},
    )
    assert login().status == 200
    stored = dynamodb().get_item(TableName=table, Key=key)["Item"]["password_hash"]["S"]
    assert not passwords.outdated(stored, PASSWORD)
    assert login().status == 200


@pytest.mark.covers("S-P-09", "S-P-11", "X-P-14")
def test_refreshing_gives_new_tokens_for_the_same_session():
    first = login().data
    second = _refresh(first["refreshToken"]).data
    assert second["refreshToken"] != first["refreshToken"]
    assert second["accessToken"] != first["accessToken"]
    assert second["user"] == first["user"]
    assert authorize(second["accessToken"])["sessionId"] == authorize(first["accessToken"])["sessionId"]


@pytest.mark.covers("X-P-14", "R-19")
def test_a_lost_reply_is_given_again_for_ten_seconds_with_the_same_successor(clock):
    first = login().data["refreshToken"]
    second = _refresh(first).data["refreshToken"]
    clock.advance(seconds=10)
    assert _refresh(first).data["refreshToken"] == second
    assert _refresh(second).status == 200


@pytest.mark.covers("X-P-14", "S-P-11")
@pytest.mark.parametrize("case", ["too late", "its successor was used"])
def test_reuse_ends_the_session_for_everyone_who_holds_a_token_of_it(clock, case):
    first = login().data
    second = _refresh(first["refreshToken"]).data
    last = second
    if case == "too late":
        clock.advance(seconds=10.001)
    else:
        last = _refresh(second["refreshToken"]).data
    reused = _refresh(first["refreshToken"])
    assert (reused.status, reused.code) == (401, "UNAUTHORIZED")
    assert _refresh(last["refreshToken"]).status == 401
    assert authorize(last["accessToken"]) == INVALID
    assert [name for name, _ in events()] == ["RefreshTokenReused", "SessionEnded", "UserRegistered"]


def test_other_sessions_outlive_the_reuse_of_one(clock):
    stolen, other = login().data, login().data
    _refresh(stolen["refreshToken"])
    clock.advance(minutes=1)
    _refresh(stolen["refreshToken"])
    assert _refresh(other["refreshToken"]).status == 200


@pytest.mark.covers("S-P-11")
def test_a_refresh_token_lives_30_days_from_its_last_use(clock, mailbox):
    confirmed(mailbox, "bea@wellspring.example")
    token = login("bea@wellspring.example").data["refreshToken"]
    clock.advance(days=29)
    token = _refresh(token).data["refreshToken"]
    clock.advance(days=29)
    token = _refresh(token).data["refreshToken"]
    clock.advance(days=30)
    assert _refresh(token).status == 401


def test_no_other_writing_of_a_refresh_token_counts():
    token = login().data["refreshToken"]
    user, session, generation, proof = token.split(".")
    bea = f"usr_{'0' * 26}"
    others = [
        "",
        "x",
        f"{token}.",
        f"{user}.{session}.0{generation}.{proof}",
        f"{user}.{session}.2.{proof}",
        f"{user}.{session}.-1.{proof}",
        f"{user}.{session}.\uff11.{proof}",
        f"{bea}.{session}.{generation}.{proof}",
        f"{user}.ses_{'0' * 26}.{generation}.{proof}",
        f"{user}.{session}.{generation}.{proof[:-1]}!",
        "y" * 257,
    ]
    assert {_refresh(other, request_id=f"r{n}").status for n, other in enumerate(others)} <= {400, 401}
    assert _refresh(token).status == 200


def test_an_access_token_is_no_refresh_token_and_the_reverse():
    data = login().data
    assert _refresh(data["accessToken"]).status in {400, 401}
    assert authorize(data["refreshToken"]) == INVALID


def test_no_stored_item_holds_a_token_or_password():
    data = login().data
    items = str(dynamodb().scan(TableName="test-wellspring-identity")["Items"])
    assert data["refreshToken"].rsplit(".", 1)[1] not in items
    assert data["accessToken"] not in items
    assert PASSWORD not in items


@pytest.mark.covers("S-P-09")
def test_signing_out_ends_this_session_only_and_twice_is_fine():
    ending, other = login().data, login().data
    who = caller(ending["accessToken"])
    for _ in range(2):
        assert call("identity.logout", caller=who).data == {"status": "SIGNED_OUT"}
    assert _refresh(ending["refreshToken"]).status == 401
    assert authorize(ending["accessToken"]) == INVALID
    assert authorize(other["accessToken"])["userId"] == who.user_id
    told = [data for name, data in events() if name == "SessionEnded"]
    assert told == [{"user_id": who.user_id, "session_id": who.session_id, "cause": "signed_out"}]


@pytest.mark.covers("X-P-15")
def test_an_access_token_lives_its_15_minutes_and_no_longer(clock):
    token = login().data["accessToken"]
    clock.advance(seconds=899)
    assert "userId" in authorize(token)
    clock.advance(seconds=1)
    assert authorize(token) == INVALID


@pytest.mark.covers("S-P-10", "X-P-15")
def test_a_deployment_may_let_access_tokens_live_a_day(clock, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setenv("WELLSPRING_ACCESS_TOKEN_MINUTES", "1440")
        environment.read_anew()
        data = login().data
    environment.read_anew()
    assert data["expiresIn"] == 86_400
    clock.advance(seconds=86_399)
    assert "userId" in authorize(data["accessToken"])
    clock.advance(seconds=1)
    assert authorize(data["accessToken"]) == INVALID


def test_the_authorizer_makes_one_storage_call_once_it_knows_the_keys(monkeypatch):
    token = login().data["accessToken"]
    authorize(token)
    calls = []
    real = standing.get_many
    monkeypatch.setattr(standing, "get_many", lambda wanted: calls.append(wanted) or real(wanted))
    monkeypatch.setattr(authorization.keys, "public_keys", lambda **_: pytest.fail("keys were read again"))
    authorize(token)
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("module", "name"), [(standing, "get_many"), (authorization.keys, "public_keys")], ids=["storage", "keys"]
)
def test_an_outage_behind_the_authorizer_is_raised_and_not_kept_as_a_refusal(monkeypatch, module, name):
    token = login().data["accessToken"]
    with monkeypatch.context() as patch:
        patch.setattr(module, name, lambda *_, **__: (_ for _ in ()).throw(Unavailable))
        with pytest.raises(Unavailable):
            authorize(token)
    assert "userId" in authorize(token)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer a.b.c", "Bearer é.é.é"])
def test_the_authorizer_says_invalid_to_anything_that_is_no_token(header):
    from tests.calls import invoke
    from tests.triggers import authorizer_event

    assert invoke("identity.authorize", authorizer_event(header)) == {"isAuthorized": True, "context": INVALID}


def test_a_password_that_is_set_while_an_old_hash_is_renewed_stands(monkeypatch):
    from argon2 import PasswordHasher

    user_id = login().data["user"]["id"]
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    another = passwords.hash_password("Deeper-water-8")
    commit(Update(Account, user_pk(user_id), Account.SK, [Account.password_hash.set(weak)]))
    hash_password = passwords.hash_password

    def meanwhile(password):
        commit(Update(Account, user_pk(user_id), Account.SK, [Account.password_hash.set(another)]))
        return hash_password(password)

    monkeypatch.setattr(passwords, "hash_password", meanwhile)
    assert login().status == 200
    assert login().status == 401
    assert login(password="Deeper-water-8").status == 200
