"""R-12 for LiveKit: whatever is not LiveKit's is refused with nothing in the answer and nothing in the tables."""

import base64
import hashlib
import hmac
import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.kernel import inbox
from shared.kernel.storage import client
from shared.live.items import LiveInbox
from tests.calls import invoke
from tests.clock import FixedClock
from tests.engine import SECRETS
from tests.figures import tell
from tests.triggers import Event, webhook_event

RECEIVER = "live.receive_livekit_event"
KEY, SECRET = json.loads(SECRETS["livekit"]).values()
NOW = int(time.time())
DAY = 86_400
"""Good for longer than any run of the suite takes: LiveKit's SDK reads the real clock, and a vector that has merely
grown old would be refused for that alone."""
TOLD = {
    "event": "participant_left",
    "id": "EV_1",
    "createdAt": str(NOW),
    "room": {"name": "str_1", "sid": "RM_1"},
    "participant": {"identity": "usr_viewer:5e4f2f5e-0d5a-4b7e-9d9c-3f1e1a2b3c4d", "sid": "PA_1"},
}
BODY = json.dumps(TOLD).encode()
OTHER = json.dumps(TOLD | {"id": "EV_2"}).encode()


def _digest(body: bytes, kind: Any = hashlib.sha256) -> str:
    return base64.b64encode(kind(body).digest()).decode()


def _claims(body: bytes, changed: dict[str, Any]) -> dict[str, Any]:
    claims = {"iss": KEY, "nbf": NOW, "exp": NOW + DAY, "sha256": _digest(body)} | changed
    return {name: value for name, value in claims.items() if value is not None}


def _token(
    body: bytes = BODY, secret: Any = SECRET, algorithm: str = "HS256", headers: Any = None, **changed: Any
) -> str:
    return jwt.encode(_claims(body, changed), secret, algorithm, headers=headers)


def _part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _made(head: Any, claims: Any, key: bytes = SECRET.encode(), kind: str = "sha256") -> str:
    """Return a token of these parts, signed whatever they say."""
    content = f"{_part(head)}.{_part(claims)}"
    return f"{content}.{_part(hmac.digest(key, content.encode(), kind))}"


RSA = rsa.generate_private_key(65537, 2048)
PUBLIC = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
HEAD = {"alg": "HS256", "typ": "JWT"}
GOOD = _token()
FIRST, SECOND, THIRD = GOOD.split(".")
VIDEO = {"roomJoin": True, "room": "str_1"}

TOKENS: dict[str, str | None] = {
    "none at all": None,
    "empty": "",
    "a word": "hello",
    "two parts": f"{FIRST}.{SECOND}",
    "four parts": f"{GOOD}.{THIRD}",
    "only points": "..",
    "a bearer's": f"Bearer {GOOD}",
    "basic": "Basic " + base64.b64encode(f"{KEY}:{SECRET}".encode()).decode(),
    "the key and the secret": f"{KEY}:{SECRET}",
    "bytes": "\udcff".encode("utf-8", "surrogateescape").decode("latin-1"),
    "half of a surrogate pair": "\ud800",
    "a NUL": f"{GOOD}\x00",
    "10 KB": "a" * 10_000,
    "another secret": _token(secret="another-secret-another-secret-1234"),
    "the secret in capitals": _token(secret=SECRET.upper()),
    "the key as secret": _made(HEAD, _claims(BODY, {}), KEY.encode()),
    "no secret": _made(HEAD, _claims(BODY, {}), b""),
    "the word None as secret": _made(HEAD, _claims(BODY, {}), b"None"),
    "no algorithm": jwt.encode(_claims(BODY, {}), None, "none"),
    "none in capitals": f"{_part({'alg': 'NONE', 'typ': 'JWT'})}.{SECOND}.",
    "no algorithm and a signature": f"{_part({'alg': 'none', 'typ': 'JWT'})}.{SECOND}.{THIRD}",
    "SHA-384": _token(algorithm="HS384"),
    "SHA-512": _token(algorithm="HS512"),
    "a key of its own": _token(secret=RSA, algorithm="RS256"),
    "a public key as secret": _made(HEAD, _claims(BODY, {}), PUBLIC),
    "a key in its header": _token(secret=RSA, algorithm="RS256", headers={"jwk": {"kty": "RSA"}}),
    "an address of keys": _token(secret="x" * 40, headers={"jku": "https://evil.example/keys"}),
    "a path as key id": _token(secret="x" * 40, headers={"kid": "../../dev/null"}),
    "a head that is a list": _made([], _claims(BODY, {})),
    "a head that is no JSON": _made(b"alg", _claims(BODY, {})),
    "a head without algorithm": _made({"typ": "JWT"}, _claims(BODY, {})),
    "an algorithm that is a number": _made({"alg": 1}, _claims(BODY, {})),
    "what must be understood": _made(HEAD | {"crit": ["b64"], "b64": False}, _claims(BODY, {})),
    "signature cut": f"{FIRST}.{SECOND}.",
    "signature shortened": GOOD[:-2],
    "signature turned round": f"{FIRST}.{SECOND}.{THIRD[::-1]}",
    "signature in hexadecimal": f"{FIRST}.{SECOND}.{base64.urlsafe_b64decode(THIRD + '=').hex()}",
    "claims of another": f"{FIRST}.{_token(OTHER).split('.')[1]}.{THIRD}",
    "claims that are a list": _made(HEAD, []),
    "claims that are null": _made(HEAD, None),
    "claims that are no JSON": _made(HEAD, b"\xff\xfe"),
    "deep claims": _made(HEAD, b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    "no claims": _made(HEAD, {}),
    "another issuer": _token(iss="APIother"),
    "no issuer": _token(iss=None),
    "an empty issuer": _token(iss=""),
    "an issuer that is a number": _made(HEAD, _claims(BODY, {"iss": 1})),
    "a list of issuers": _made(HEAD, _claims(BODY, {"iss": [KEY]})),
    "expired": _token(exp=NOW - 3_600, nbf=NOW - 7_200),
    "expired in 1970": _token(exp=0, nbf=0),
    "never expires": _token(exp=None),
    "expires at a word": _made(HEAD, _claims(BODY, {"exp": "later"})),
    "expires at null": _made(HEAD, _claims(BODY, {}) | {"exp": None}),
    "not yet": _token(nbf=NOW + DAY, exp=NOW + 2 * DAY),
    "not before a word": _made(HEAD, _claims(BODY, {"nbf": "now"})),
    "for another body": _token(OTHER),
    "no digest": _token(sha256=None),
    "an empty digest": _token(sha256=""),
    "a digest in hexadecimal": _token(sha256=hashlib.sha256(BODY).hexdigest()),
    "a digest for addresses": _token(sha256=base64.urlsafe_b64encode(hashlib.sha256(BODY).digest()).decode() + "_"),
    "a digest without its padding": _token(sha256=_digest(BODY).rstrip("=")),
    "a digest with a blank": _token(sha256=_digest(BODY) + " "),
    "a digest outside ASCII": _token(sha256="ä" * 44),
    "half of a surrogate pair as digest": _made(HEAD, _claims(BODY, {"sha256": "\ud800"})),
    "the digest of nothing": _token(sha256=_digest(b"")),
    "a digest by SHA-1": _token(sha256=_digest(BODY, hashlib.sha1)),
    "a digest by SHA-512": _token(sha256=_digest(BODY, hashlib.sha512)),
    "a digest under another name": _token(sha256=None, SHA256=_digest(BODY)),
    "a digest that is a number": _made(HEAD, _claims(BODY, {"sha256": 1})),
    "a digest that is a list": _made(HEAD, _claims(BODY, {"sha256": [_digest(BODY)]})),
    "a token to join": jwt.encode({"iss": KEY, "sub": "usr_1", "exp": NOW + DAY, "video": VIDEO}, SECRET, "HS256"),
    "a token to administer": jwt.encode({"iss": KEY, "exp": NOW + DAY, "video": {"roomAdmin": True}}, SECRET, "HS256"),
}

JUNK: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"EV_1",
    "a list": b"[]",
    "null": b"null",
    "cut off": BODY[:-10],
    "something after it": BODY + b"{}",
    "not UTF-8": BODY.replace(b"str_1", b"\xff\xfe"),
    "UTF-16": BODY.decode().encode("utf-16"),
    "deep nesting": b'{"room":' * 5_000 + b"1" + b"}" * 5_000,
    "no id": json.dumps({"event": "participant_left"}).encode(),
    "an empty id": json.dumps(TOLD | {"id": ""}).encode(),
    "a number as event": json.dumps(TOLD | {"event": 7}).encode(),
    "an id of 129 characters": json.dumps(TOLD | {"id": "x" * 129}).encode(),
    "half of a surrogate pair as id": b'{"event": "participant_left", "id": "\\ud800"}',
    "a time that is a word": json.dumps(TOLD | {"createdAt": "now"}).encode(),
    "2 MB": json.dumps(TOLD | {"id": "EV_1", "aNewField": "a" * 2_000_000}).encode(),
}


def _sent(token: str | None, body: bytes = BODY, name: str = "Authorization", **how: Any) -> Event:
    return webhook_event(body, {} if token is None else {name: token}, encoded=True, **how)


REQUESTS: dict[str, Callable[[], Event]] = {
    "another body": lambda: _sent(GOOD, OTHER),
    "one byte more": lambda: _sent(GOOD, BODY + b"\n"),
    "one byte before": lambda: _sent(GOOD, b" " + BODY),
    "another room": lambda: _sent(GOOD, BODY.replace(b"str_1", b"str_2")),
    "another header": lambda: _sent(GOOD, name="X-Livekit-Signature"),
    "the token in the query": lambda: _sent(None) | {"rawQueryString": f"access_token={GOOD}"},
    "no base64": lambda: _sent(GOOD) | {"body": "%%%"},
    "GET": lambda: _sent(GOOD, method="GET"),
    "PUT": lambda: _sent(GOOD, method="PUT"),
}

VECTORS: dict[str, Callable[[], Event]] = {
    **{f"token: {name}": lambda token=token: _sent(token) for name, token in TOKENS.items()},
    **{f"signed: {name}": lambda body=body: _sent(_token(body), body) for name, body in JUNK.items()},
    **{f"request: {name}": make for name, make in REQUESTS.items()},
}


def _control(number: int, **changed: Any) -> bytes:
    return json.dumps(TOLD | {"id": f"EV_control_{number}"} | changed).encode()


CONTROLS: dict[str, Callable[[bytes], str]] = {
    "as LiveKit signs": _token,
    "with more claims": lambda body: _token(body, sub="", name="", metadata="Zażółć \U0001f600"),
    "with a key id": lambda body: _token(body, headers={"kid": KEY}),
    "good for five minutes": lambda body: _token(body, exp=int(time.time()) + 300),
    "without a beginning": lambda body: _token(body, nbf=None),
    "for a room as well": lambda body: _token(body, video=VIDEO),
}


def _tables(stage: str) -> dict[str, list[str]]:
    """Everything that is stored, byte for byte."""
    engine = client.dynamodb()
    names = [name for name in engine.list_tables()["TableNames"] if name.startswith(stage)]
    return {
        name: sorted(repr(item) for item in engine.scan(TableName=name, ConsistentRead=True)["Items"]) for name in names
    }


@pytest.mark.covers("R-12", "X-L-01")
def test_whatever_is_not_livekits_is_refused_without_a_trace(stage: str, clock: FixedClock) -> None:
    before = _tables(stage)
    answers = {name: invoke(RECEIVER, make()) for name, make in VECTORS.items()}
    tell({"vectors": len(VECTORS), "answers": Counter(one["statusCode"] for one in answers.values())})
    assert {name: one["statusCode"] for name, one in answers.items() if one["statusCode"] not in {400, 405, 413}} == {}
    assert {one["body"] for one in answers.values()} == {""}
    assert _tables(stage) == before


@pytest.mark.covers("R-12", "X-L-01")
def test_everything_that_is_livekits_is_kept_as_it_came(stage: str, clock: FixedClock) -> None:
    bodies = [_control(number) for number in range(len(CONTROLS))]
    answers = [
        invoke(RECEIVER, _sent(sign(body), body))["statusCode"]
        for sign, body in zip(CONTROLS.values(), bodies, strict=True)
    ]
    assert dict(zip(CONTROLS, answers, strict=True)) == dict.fromkeys(CONTROLS, 200)
    kept = [inbox.read(LiveInbox, "livekit", f"EV_control_{number}").body for number in range(len(CONTROLS))]
    assert kept == bodies


@pytest.mark.covers("R-12")
def test_without_a_secret_nobody_is_believed(stage: str, clock: FixedClock) -> None:
    fields = json.dumps({"api_key": "", "api_secret": ""})
    client.aws_client("secretsmanager").put_secret_value(SecretId=f"{stage}/wellspring/livekit", SecretString=fields)
    before = _tables(stage)
    for token in (GOOD, _made(HEAD, _claims(BODY, {"iss": ""}), b""), _made(HEAD, _claims(BODY, {"iss": None}), b"")):
        assert invoke(RECEIVER, _sent(token)) == {"statusCode": 400, "body": ""}
    assert _tables(stage) == before
