"""R-18: no forged token, and no token made for something else, gets in anywhere."""

import base64
import hashlib
import hmac
import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from livekit import api

from shared.identity import authorization, sessions
from shared.identity.items import Account, Session
from shared.identity.registration import new_account
from shared.kernel.caller import Principal
from shared.kernel.errors import Unauthorized
from shared.kernel.realtime import connections, sending
from shared.kernel.security import keys, tokens
from shared.kernel.storage.client import aws_client
from shared.kernel.storage.writes import Delete, Put, Update, commit
from tests import environment, gates, sockets
from tests.calls import invoke
from tests.clock import START
from tests.figures import tell
from tests.triggers import authorizer_event, socket_event

USER = f"usr_{7:026d}"


@pytest.fixture
def session(stage, clock):
    """A signed-in administrator, and a key that signs."""
    keys.forget()
    authorization.forget()
    kms = aws_client("kms")
    key_id = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=keys.alias(), TargetKeyId=key_id)
    account = new_account(USER, "ada@wellspring.example", "none", now=START)
    account.grants = {"viewer", "creator", "moderator", "guide", "admin"}
    account.verified_at = START
    commit(Put(account))
    return sessions._begin(account, now=START, new_device=False)


def _token(session):
    subject = tokens.Subject(USER, session.session_id, "ada@wellspring.example", "ADMIN", True)
    return tokens.issue(subject, now=START)[0]


def _base64(part):
    raw = part if isinstance(part, bytes) else json.dumps(part, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _parts(token):
    header, claims, _ = (base64.urlsafe_b64decode(part + "==") for part in token.split("."))
    return json.loads(header), json.loads(claims)


def _signed_by_us(header, claims, algorithm="RSASSA_PKCS1_V1_5_SHA_256"):
    text = f"{_base64(header)}.{_base64(claims)}"
    reply = aws_client("kms").sign(
        KeyId=keys.alias(), Message=text.encode(), MessageType="RAW", SigningAlgorithm=algorithm
    )
    return f"{text}.{_base64(reply['Signature'])}"


def _livekit(**grants):
    made = api.AccessToken("devkey", "devsecret-devsecret-devsecret-123").with_identity(USER)
    return made.with_grants(api.VideoGrants(**grants)).to_jwt()


def _with_secret(header, claims, secret):
    text = f"{_base64(header)}.{_base64(claims)}"
    return f"{text}.{_base64(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def _forgeries(session):
    good = _token(session)
    header, claims = _parts(good)
    text, signature = good.rsplit(".", 1)
    body = text.split(".")[1]
    public = keys.present_key()
    pem = public.key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    theirs = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    their_jwk = jwt.algorithms.RSAAlgorithm.to_jwk(theirs.public_key(), as_dict=True)
    seconds = claims["iat"]

    def other(**changes):
        return _signed_by_us(header, {k: v for k, v in (claims | changes).items() if v is not None})

    def by_them(**more):
        return jwt.encode(claims, theirs, algorithm="RS256", headers=header | more)

    yield "no algorithm", f"{_base64(header | {'alg': 'none'})}.{body}."
    yield "no algorithm, other spelling", f"{_base64(header | {'alg': 'nOnE'})}.{body}.{signature}"
    yield "our public key as a shared secret", _with_secret(header | {"alg": "HS256"}, claims, pem)
    yield "RS256 header over a shared secret", _with_secret(header, claims, pem)
    yield "another key under our kid", by_them()
    yield "another key under its own kid", by_them(kid=keys.thumbprint(their_jwk))
    yield "another key in the header", by_them(jwk=their_jwk)
    yield "another key at an address", by_them(jku="https://attacker.example/jwks.json", kid="theirs")
    yield "a kid that is a path", by_them(kid="../../dev/null")
    yield (
        "a kid that is no text",
        by_them(kid="x").replace(_base64(header | {"kid": "x"}), _base64(header | {"kid": 1})),
    )
    yield "changed claims", f"{text.split('.')[0]}.{_base64(claims | {'sub': 'usr_other'})}.{signature}"
    yield "no signature", f"{text}."
    yield "two parts", text
    yield "a changed signature", f"{text}.{'A' * len(signature)}"
    yield "the right key, RS512", _signed_by_us(header | {"alg": "RS512"}, claims, "RSASSA_PKCS1_V1_5_SHA_512")
    yield "the right key, PS256", _signed_by_us(header | {"alg": "PS256"}, claims, "RSASSA_PSS_SHA_256")
    yield "a critical extension", _signed_by_us(header | {"crit": ["exp"]}, claims)
    yield "expired", other(iat=seconds - 901, exp=seconds)
    yield "issued in the future", other(iat=seconds + 31, exp=seconds + 931)
    yield "an endless life", other(exp=None)
    yield "an expiry that is text", other(exp=str(seconds + 900))
    yield "an expiry that is no whole number", other(exp=seconds + 0.5)
    yield "another stage's issuer", other(iss="prod-wellspring-identity")
    yield "another audience", other(aud="other")
    yield "several audiences", other(aud=[claims["aud"], "other"])
    yield "no audience", other(aud=None)
    yield "no session", other(sid=None)
    yield "another user's session", other(sub=f"usr_{8:026d}")
    yield "a session that never was", other(sid=f"ses_{9:026d}")
    yield "another type", _signed_by_us(header | {"typ": "JWT"}, claims)
    yield "no type", _signed_by_us({k: v for k, v in header.items() if k != "typ"}, claims)
    yield "a LiveKit access token", _livekit(room_join=True, room="str_1")
    yield "a LiveKit administrator's token", _livekit(room_admin=True, room_create=True)
    yield "a refresh token", sessions._token(session, 1)
    yield "two tokens", f"{good}, {good}"
    yield "a long tail", f"{good}{'A' * 8000}"
    yield "nothing", ""


def _context(token):
    return invoke("identity.authorize", authorizer_event(f"Bearer {token}"))["context"]


@pytest.mark.covers("R-18", "S-P-24", "X-P-16")
def test_no_forged_token_gets_in_at_any_endpoint(session):
    routes, forged = gates.guarded(), dict(_forgeries(session))
    contexts = {name: _context(token) for name, token in forged.items()}
    assert [name for name, context in contexts.items() if context != {"refused": "invalid"}] == []
    cells = [(gates.route_of(route), name, gates.gate(route, contexts[name])) for route in routes for name in forged]
    assert [cell for cell in cells if cell[2] != 401] == []
    tell({"forgeries": len(forged), "routes": len(routes), "cells": len(cells)})
    assert len(forged) >= 12


@pytest.fixture
def gateway(stage, clock, monkeypatch):
    """The gateway's connections."""
    monkeypatch.setenv("WELLSPRING_SOCKET_ENDPOINT", "http://127.0.0.1:1")
    environment.read_anew()
    sending._sockets.cache_clear()
    with sockets.watched() as watched:
        yield watched
    sending._sockets.cache_clear()


def _ticket():
    holder = Principal(USER, "ses_other", frozenset({"realtime:connect"}), True)
    return connections.issue_ticket(holder, now=START)[0]


def _said(gateway, body, connection_id="con-1"):
    """Send a message over a connection and return what is heard on it."""
    invoke(f"platform.{body['action']}", socket_event(body["action"], connection_id=connection_id, body=body))
    return gateway.frames(connection_id)


def _open(connection_id, ticket):
    opening = socket_event("$connect", connection_id=connection_id, query={"ticket": ticket})
    return invoke("platform.connect", opening)["statusCode"]


@pytest.mark.covers("R-18", "X-P-20")
def test_no_forged_token_opens_or_keeps_a_socket_and_none_joins_without(session, gateway, clock):
    """What opens and keeps a connection is a ticket: no token is one, nor is one that is used or of another sign-in."""
    held = Principal(USER, session.session_id, frozenset({"realtime:connect"}), True)

    def ticket():
        return connections.issue_ticket(held, now=clock.now())[0]

    used = ticket()
    assert _open("con-used", used) == 200
    forged = dict(_forgeries(session)) | {"a good access token": _token(session), "a used ticket": used}
    for name, token in forged.items():
        assert (name, _open("con-never", token[:8000])) == (name, 401)
        (told,) = _said(gateway, {"action": "subscribe", "channel": f"user:{USER}", "ticket": token}, "con-never")
        assert (name, told["error"]["code"]) in {(name, "UNAUTHORIZED"), (name, "VALIDATION_ERROR")}
        gateway.faults.clear()
    for number, (name, token) in enumerate((forged | {"a ticket of another sign-in": _ticket()}).items()):
        connection = f"con-{number}"
        assert _open(connection, ticket()) == 200
        until = connections.open_connection(connection, now=clock.now()).expires_at
        clock.advance(seconds=1)
        (told,) = _said(gateway, {"action": "authenticate", "ticket": token}, connection)
        if told["error"]["code"] == "UNAUTHORIZED":
            with pytest.raises(Unauthorized):
                connections.open_connection(connection, now=clock.now())
        else:
            assert (name, told["error"]["code"]) == (name, "VALIDATION_ERROR")
            assert connections.open_connection(connection, now=clock.now()).expires_at == until
    assert _open("con-fine", ticket()) == 200
    (told,) = _said(gateway, {"action": "authenticate", "ticket": ticket()}, "con-fine")
    assert told["type"] != "error"


def test_a_ticket_is_no_token(session):
    assert _context(_ticket()) == {"refused": "invalid"}


def test_the_valid_control_gets_in_everywhere(session):
    context = _context(_token(session))
    assert context["userId"] == USER
    assert [gates.route_of(route) for route in gates.guarded() if gates.gate(route, context) != gates.REACHED] == []


@pytest.mark.covers("X-P-15")
@pytest.mark.covers_partly("R-18", missing="there are no tenants whose change could be judged")
@pytest.mark.parametrize("case", ["suspended", "signed out", "role taken away"])
def test_what_is_taken_away_is_gone_at_the_next_authorization(session, case):
    token = _token(session)
    assert "identity:suspend" in _context(token)["permissions"]
    pk = session.pk
    change = {
        "suspended": Update(Account, pk, Account.SK, [Account.suspended_at.set(START)]),
        "signed out": Delete(Session, pk, session.sk),
        "role taken away": Update(Account, pk, Account.SK, [Account.grants.delete({"admin"})]),
    }[case]
    commit(change)
    context = _context(token)
    statuses = {gates.gate(route, context) for route in gates.guarded()}
    expected = {"suspended": {403}, "signed out": {401}, "role taken away": {gates.REACHED, 403}}
    assert statuses == expected[case]
