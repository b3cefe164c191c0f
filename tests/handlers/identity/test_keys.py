"""The keys that tokens are checked with, and their rotation."""

import base64
from argparse import Namespace

import jwt
import pytest

from infra.operations import rotate_token_key
from shared.identity import authorization, keys
from shared.kernel.security import keys as signing
from shared.kernel.storage.client import aws_client
from tests.calls import call
from tests.handlers.identity.conftest import authorize, login, register


@pytest.fixture(autouse=True)
def _ada():
    register()


def _kids():
    return [key["kid"] for key in call("identity.publish_keys").json["keys"]]


def test_a_kid_is_the_thumbprint_of_rfc_7638():
    known = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJE"
        "CPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Q"
        "vzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6"
        "WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
    }
    assert signing.thumbprint(known) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


@pytest.mark.covers("X-P-16")
def test_the_key_set_is_public_cacheable_and_holds_no_private_part():
    answer = call("identity.publish_keys")
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    (key,) = answer.json["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "alg", "use"}


@pytest.mark.covers("X-P-16")
def test_rotation_signs_nobody_out_and_the_old_key_goes_when_its_tokens_have(clock):
    old = login().data
    (old_kid,) = _kids()
    authorize(old["accessToken"])
    assert "signs now" in rotate_token_key.run(Namespace())
    new = login().data
    assert authorize(old["accessToken"])["userId"] == old["user"]["id"]
    new_kid, still_shown = _kids()
    assert still_shown == old_kid
    assert new_kid != old_kid
    authorization.forget()
    assert authorize(new["accessToken"])["userId"] == new["user"]["id"]
    clock.advance(hours=25)
    assert _kids() == [new_kid]


def test_a_signer_that_remembers_the_old_key_names_the_one_that_signed():
    signing.present_key()
    kms = aws_client("kms")
    other = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.update_alias(AliasName=signing.alias(), TargetKeyId=other)
    assert authorize(login().data["accessToken"]).get("userId")


def test_a_checker_asks_again_for_an_unknown_key_but_not_for_every_forgery(monkeypatch):
    now, reads, real = [100.0], [], keys.public_keys
    monkeypatch.setattr(authorization.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(keys, "public_keys", lambda **at: reads.append(now[0]) or real(**at))
    good = login().data["accessToken"]
    forged = jwt.encode({}, "x" * 32, algorithm="HS256", headers={"typ": "at+jwt", "kid": "unknown"})
    header = base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"at+jwt","kid":"unknown"}').decode().rstrip("=")
    forged = f"{header}.{forged.split('.', 1)[1]}"
    for token in (good, forged, forged, forged):
        authorize(token)
    assert reads == [100.0]
    now[0] += 2
    for token in (forged, forged, good):
        authorize(token)
    assert reads == [100.0, 102.0]
    now[0] += 301
    authorize(good)
    assert reads == [100.0, 102.0, 403.0]


def test_running_the_rotation_again_after_a_failure_is_safe(clock, monkeypatch):
    token = login().data["accessToken"]
    with monkeypatch.context() as patch:
        patch.setattr(keys, "replace_key", lambda: (_ for _ in ()).throw(ConnectionError()))
        with pytest.raises(ConnectionError):
            keys.rotate(now=clock.now())
    assert len(_kids()) == 1
    keys.rotate(now=clock.now())
    assert len(_kids()) == 2
    assert authorize(token).get("userId")
