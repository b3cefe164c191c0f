"""R-12 for Stripe: whatever is not Stripe's is refused with nothing in the answer and nothing in the tables."""

import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from shared.kernel import inbox
from shared.kernel.clock import to_ms
from shared.kernel.storage import client
from shared.kernel.storage.writes import Put, commit
from shared.payments import rules
from shared.payments.items import PaymentsInbox
from tests import deliveries
from tests.calls import invoke
from tests.clock import START, FixedClock
from tests.deliveries import COMPLETED, SECRET, signature
from tests.figures import tell
from tests.triggers import Event, webhook_event

NOW = to_ms(START) // 1000
BODY = deliveries.event("evt_1", COMPLETED)
GOOD = signature(BODY, START)
OLD_SECRET = "whsec_before"


def _mac(content: bytes, secret: str = SECRET, kind: Any = hashlib.sha256) -> bytes:
    return hmac.new(secret.encode(), content, kind).digest()


def _stamped(body: bytes, stamp: str, secret: str = SECRET) -> str:
    return f"t={stamp},v1={_mac(stamp.encode() + b'.' + body, secret).hex()}"


def _with_header(header: str | None, body: bytes = BODY, name: str = "Stripe-Signature") -> Event:
    return webhook_event(body, {name: header} if header is not None else {}, encoded=True)


def _signed(body: bytes) -> Event:
    return _with_header(_stamped(body, str(NOW)), body)


HEADERS: dict[str, str | None] = {
    "no header": None,
    "empty header": "",
    "a comma": ",",
    "no values": "t=,v1=",
    "no equals signs": f"t{NOW},v1{GOOD}",
    "only a time": f"t={NOW}",
    "only a signature": f"v1={GOOD}",
    "the bare signature": GOOD,
    "a bearer token": f"Bearer {GOOD}",
    "a JSON object": json.dumps({"t": NOW, "v1": GOOD}),
    "an old scheme": f"t={NOW},v0={GOOD}",
    "a later scheme": f"t={NOW},v2={GOOD}",
    "the scheme in capitals": f"t={NOW},V1={GOOD}",
    "the time in capitals": f"T={NOW},v1={GOOD}",
    "semicolons": f"t={NOW};v1={GOOD}",
    "spaces after the comma": f"t={NOW}, v1={GOOD}",
    "a space before the signature": f"t={NOW},v1= {GOOD}",
    "a space before the time": f"t= {NOW},v1={GOOD}",
    "a quoted signature": f't={NOW},v1="{GOOD}"',
    "a signature in capitals": f"t={NOW},v1={GOOD.upper()}",
    "a shortened signature": f"t={NOW},v1={GOOD[:-1]}",
    "a lengthened signature": f"t={NOW},v1={GOOD}0",
    "a signature with one other digit": f"t={NOW},v1={GOOD[:-1]}{'0' if GOOD[-1] != '0' else '1'}",
    "an empty signature": f"t={NOW},v1=",
    "zeros": f"t={NOW},v1={'0' * 64}",
    "base64 of the signature": f"t={NOW},v1={base64.b64encode(bytes.fromhex(GOOD)).decode()}",
    "another secret": _stamped(BODY, str(NOW), "whsec_other"),
    "no secret": _stamped(BODY, str(NOW), ""),
    "the word None as secret": _stamped(BODY, str(NOW), "None"),
    "both secrets as one": _stamped(BODY, str(NOW), f"{SECRET} {OLD_SECRET}"),
    "the secret without its prefix": _stamped(BODY, str(NOW), SECRET.removeprefix("whsec_")),
    "SHA-1": f"t={NOW},v1={_mac(b'%d.' % NOW + BODY, kind=hashlib.sha1).hex()}",
    "SHA-512": f"t={NOW},v1={_mac(b'%d.' % NOW + BODY, kind=hashlib.sha512).hex()}",
    "a plain digest": f"t={NOW},v1={hashlib.sha256(b'%d.' % NOW + BODY).hexdigest()}",
    "the body without the time": f"t={NOW},v1={_mac(BODY).hex()}",
    "no point between time and body": f"t={NOW},v1={_mac(b'%d' % NOW + BODY).hex()}",
    "the signature of an empty body": _stamped(b"", str(NOW)),
    "the body as JSON writes it": _stamped(json.dumps(json.loads(BODY)).encode(), str(NOW)),
    "another time than signed": f"t={NOW + 1},v1={GOOD}",
    "301 seconds old": _stamped(BODY, str(NOW - 301)),
    "301 seconds ahead": _stamped(BODY, str(NOW + 301)),
    "three days old": _stamped(BODY, str(NOW - 3 * 86_400)),
    "the year 5138": _stamped(BODY, "99999999999"),
    "time zero": _stamped(BODY, "0"),
    "a negative time": _stamped(BODY, f"-{NOW}"),
    "a time with a sign": _stamped(BODY, f"+{NOW}"),
    "a time with a fraction": _stamped(BODY, f"{NOW}.0"),
    "a time in milliseconds": _stamped(BODY, f"{NOW}000"),
    "a time with an exponent": _stamped(BODY, "1e9"),
    "a time in hexadecimal": _stamped(BODY, hex(NOW)),
    "a time with an underscore": _stamped(BODY, f"{NOW // 1000}_{NOW % 1000:03}"),
    "a time in Arabic digits": _stamped(BODY, "".join(chr(0x660 + int(digit)) for digit in str(NOW))),
    "a time in superscript": _stamped(BODY, "\u00b2" * 10),
    "a time of 400 digits": _stamped(BODY, "9" * 400),
    "a time that is a word": _stamped(BODY, "now"),
    "two times, the good one first": f"t={NOW},t={NOW + 1},v1={GOOD}",
    "two times, the good one last": f"t={NOW + 1},t={NOW},v1={GOOD}",
    "a NUL": f"t={NOW},v1={GOOD}\x00",
    "a line break": f"t={NOW},v1={GOOD}\n",
    "a signature in another alphabet": f"t={NOW},v1={GOOD[:-1]}\u0430",
    "an emoji": f"t={NOW},v1=\U0001f511",
    "half of a surrogate pair": f"t={NOW},v1=\ud800",
    "half of a surrogate pair as time": f"t=\udfff,v1={GOOD}",
    "a header of 10 KB": f"t={NOW}," + "v1=" + "a" * 10_000,
    "200 wrong signatures and the right one": f"t={NOW}," + f"v1={'a' * 64}," * 200 + f"v1={GOOD}",
}

JUNK: dict[str, bytes] = {
    "nothing": b"",
    "a space": b" ",
    "no JSON": b"evt_1",
    "a list": b"[]",
    "null": b"null",
    "a number": b"1",
    "a text": b'"evt_1"',
    "cut off": BODY[:-10],
    "something after it": BODY + b"{}",
    "not UTF-8": BODY.replace(b"usr_viewer", b"usr_\xff\xfe"),
    "UTF-16": BODY.decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + BODY,
    "deep nesting": b'{"id":' * 5_000 + b"1" + b"}" * 5_000,
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "no id": json.dumps({"type": COMPLETED, "data": {"object": {}}}).encode(),
    "a number as id": json.dumps({"id": 1, "type": COMPLETED, "data": {"object": {}}}).encode(),
    "an id of another kind": deliveries.event("cs_1", COMPLETED),
    "an id with a separator": deliveries.event("evt_1#INBOX", COMPLETED),
    "an id with a NUL": deliveries.event("evt_1\x00", COMPLETED),
    "an id with a line break": deliveries.event("evt_1\n", COMPLETED),
    "an id of 3000 characters": deliveries.event("evt_" + "a" * 3_000, COMPLETED),
    "no type": json.dumps({"id": "evt_1", "data": {"object": {}}}).encode(),
    "a number as type": json.dumps({"id": "evt_1", "type": 7, "data": {"object": {}}}).encode(),
    "a type of 3000 characters": deliveries.event("evt_1", "a" * 3_000),
    "half of a surrogate pair as type": b'{"id": "evt_1", "type": "\\ud800", "data": {"object": {}}}',
    "no data": json.dumps({"id": "evt_1", "type": COMPLETED}).encode(),
    "no object": json.dumps({"id": "evt_1", "type": COMPLETED, "data": {}}).encode(),
    "a list as object": json.dumps({"id": "evt_1", "type": COMPLETED, "data": {"object": []}}).encode(),
    "an encrypted payload": hashlib.shake_256(b"seed").digest(2_000),
    "no number": b'{"id": NaN}',
}


def _not_base64() -> Event:
    return _with_header(f"t={NOW},v1={GOOD}") | {"body": "%%%"}


def _text(body: str) -> Event:
    return _with_header(_stamped(body.encode(errors="surrogatepass"), str(NOW))) | {
        "body": body,
        "isBase64Encoded": False,
    }


def _by(method: str) -> Callable[[], Event]:
    return lambda: webhook_event(BODY, {"Stripe-Signature": f"t={NOW},v1={GOOD}"}, method=method)


def _in_query() -> Event:
    return _with_header(None) | {"rawQueryString": f"Stripe-Signature=t={NOW},v1={GOOD}"}


REQUESTS: dict[str, Callable[[], Event]] = {
    "another body": lambda: _with_header(f"t={NOW},v1={GOOD}", deliveries.event("evt_2", COMPLETED)),
    "one byte more": lambda: _with_header(f"t={NOW},v1={GOOD}", BODY + b"\n"),
    "one byte before": lambda: _with_header(f"t={NOW},v1={GOOD}", b" " + BODY),
    "another amount": lambda: _with_header(f"t={NOW},v1={GOOD}", BODY.replace(b"999", b"998")),
    "another line ending": lambda: _with_header(f"t={NOW},v1={GOOD}", BODY.replace(b"\n", b"\r\n")),
    "a header with an underscore": lambda: _with_header(f"t={NOW},v1={GOOD}", name="Stripe_Signature"),
    "a header of another provider": lambda: _with_header(f"t={NOW},v1={GOOD}", name="X-Webhook-Signature"),
    "the signature in the query": _in_query,
    "no base64": _not_base64,
    "half of a surrogate pair in the body": lambda: _text("\ud800"),
    "a body of 2 MB": lambda: _signed(b'"' + b"a" * 2_000_000 + b'"'),
    "an event of 400 KB": lambda: _signed(deliveries.event("evt_1", COMPLETED, note="a" * 400_000)),
    "GET": _by("GET"),
    "PUT": _by("PUT"),
}

VECTORS: dict[str, Callable[[], Event]] = {
    **{f"header: {name}": lambda header=header: _with_header(header) for name, header in HEADERS.items()},
    **{f"signed: {name}": lambda body=body: _signed(body) for name, body in JUNK.items()},
    **{f"request: {name}": make for name, make in REQUESTS.items()},
}


def _control(number: int) -> bytes:
    return deliveries.event(f"evt_control_{number}", COMPLETED, note="Zażółć 支払い \U0001f600")


def _good(number: int) -> str:
    return signature(_control(number), START)


def _old(number: int) -> str:
    return signature(_control(number), START, OLD_SECRET)


def _at(seconds: int) -> Callable[[int], str]:
    return lambda number: _stamped(_control(number), str(NOW + seconds))


CONTROLS: dict[str, Callable[[int], str]] = {
    "as Stripe signs": lambda number: f"t={NOW},v1={_good(number)}",
    "the signature first": lambda number: f"v1={_good(number)},t={NOW}",
    "with an old scheme": lambda number: f"t={NOW},v1={_good(number)},v0={'a' * 64}",
    "with an unknown field": lambda number: f"t={NOW},v1={_good(number)},x=1",
    "a wrong signature before it": lambda number: f"t={NOW},v1={'a' * 64},v1={_good(number)}",
    "a wrong signature after it": lambda number: f"t={NOW},v1={_good(number)},v1={'a' * 64}",
    "the secret before": lambda number: f"t={NOW},v1={_old(number)}",
    "both secrets": lambda number: f"t={NOW},v1={_old(number)},v1={_good(number)}",
    "300 seconds old": _at(-300),
    "300 seconds ahead": _at(300),
}


def _tables(stage: str) -> dict[str, list[str]]:
    """Everything that is stored, byte for byte."""
    engine = client.dynamodb()
    names = [name for name in engine.list_tables()["TableNames"] if name.startswith(stage)]
    return {
        name: sorted(repr(item) for item in engine.scan(TableName=name, ConsistentRead=True)["Items"]) for name in names
    }


@pytest.fixture
def prepared(stage: str, clock: FixedClock) -> None:
    fields = json.dumps({"api_key": "sk_test_local", "webhook_secret": f"{SECRET} {OLD_SECRET}"})
    client.aws_client("secretsmanager").put_secret_value(SecretId=f"{stage}/wellspring/stripe", SecretString=fields)
    commit(Put(deliveries.payment(at=START)))


@pytest.mark.covers("R-12", "S-W-44", "X-W-25")
@pytest.mark.usefixtures("prepared")
def test_whatever_is_not_stripes_is_refused_without_a_trace(stage: str) -> None:
    before, answers = _tables(stage), {}
    for name, make in VECTORS.items():
        answers[name] = invoke("payments.receive_stripe_event", make())
    accepted = {
        name: invoke("payments.receive_stripe_event", _with_header(header(number), _control(number)))
        for number, (name, header) in enumerate(CONTROLS.items())
    }
    kept = [number for number in range(len(CONTROLS)) if _is_kept(number)]
    tell({"vectors": len(VECTORS), "answers": dict(Counter(one["statusCode"] for one in answers.values()))})

    assert len(VECTORS) >= 60
    assert {name: one["statusCode"] for name, one in answers.items() if one["statusCode"] not in {400, 405, 413}} == {}
    assert {one["body"] for one in answers.values()} == {""}
    assert {name: one["statusCode"] for name, one in accepted.items()} == dict.fromkeys(CONTROLS, 200)
    assert kept == [*range(len(CONTROLS))]
    after = _tables(stage)
    others = {name: [one for one in rows if "evt_control_" not in one] for name, rows in after.items()}
    assert others == before
    assert sum(map(len, after.values())) == sum(map(len, before.values())) + 2 * len(CONTROLS)


def _is_kept(number: int) -> bool:
    return inbox.read(PaymentsInbox, "STRIPE", f"evt_control_{number}").body == _control(number)


@pytest.mark.covers("R-12")
def test_without_a_secret_nobody_is_believed(stage: str, clock: FixedClock) -> None:
    fields = json.dumps({"api_key": "", "webhook_secret": ""})
    client.aws_client("secretsmanager").put_secret_value(SecretId=f"{stage}/wellspring/stripe", SecretString=fields)
    before = _tables(stage)
    for header in (_stamped(BODY, str(NOW), ""), f"t={NOW},v1={GOOD}"):
        assert invoke("payments.receive_stripe_event", _with_header(header)) == {"statusCode": 400, "body": ""}
    assert _tables(stage) == before


@pytest.mark.covers("R-12")
def test_every_single_changed_bit_is_seen() -> None:
    header = f"t={NOW},v1={GOOD}"
    for position in range(0, len(BODY) * 8, 7):
        changed = bytearray(BODY)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(rules.BadSignature):
            rules.verify_stripe(header, bytes(changed), [SECRET], now=START)
    rules.verify_stripe(header, BODY, [SECRET], now=START)
