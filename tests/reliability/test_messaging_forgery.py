"""R-12 for Twilio and for SES by way of SNS: what is not theirs is refused with an empty answer and no trace."""

import base64
import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from shared.kernel import inbox, secrets
from shared.kernel.storage import client
from shared.messaging.events import MailEventReceived, TwilioEventReceived
from shared.messaging.inbound import sns, twilio_forms
from shared.messaging.items import MessagingInbox
from tests import environment, texting
from tests.calls import invoke
from tests.clock import START, FixedClock
from tests.figures import tell
from tests.outbox import sent
from tests.texting import (
    ANN,
    CERTIFICATE,
    FORM,
    TOKEN,
    TOPIC,
    URL,
    Fields,
    about_mail,
    certificate,
    envelope,
    mail_event,
    posted,
    sealed,
    sid,
    signature,
    status,
    written,
)
from tests.triggers import Event, queue_event, webhook_event

TWILIO, MAIL = "messaging.receive_twilio_event", "messaging.receive_mail_event"
REFUSED = {400, 403, 405, 413}

Vector = Callable[[], Event]

STOP = written("STOP")
BODY = urlencode(STOP).encode()
GOOD = signature(STOP)
QUERY = f"message=msg_{'0' * 26}&attempt=1"


def _with(mark: str | None, body: bytes = BODY, *, media: str | None = FORM, query: str = "", **more: Any) -> Event:
    headers = {"Content-Type": media} if media is not None else {}
    headers |= {"X-Twilio-Signature": mark} if mark is not None else {}
    return webhook_event(body, headers, encoded=True, query=query, **more)


def _mac(content: str | bytes, token: str = TOKEN, kind: Any = hashlib.sha1) -> str:
    raw = content.encode() if isinstance(content, str) else content
    return base64.b64encode(hmac.new(token.encode(), raw, kind).digest()).decode()


def _content(fields: Fields, url: str = URL) -> str:
    return url + "".join(name + value for name, value in sorted(set(fields)))


SIGNATURES: dict[str, str | None] = {
    "no header": None,
    "empty": "",
    "a space": " ",
    "a comma": ",",
    "the word None": "None",
    "shortened": GOOD[:-2],
    "without padding": GOOD.rstrip("="),
    "lengthened": GOOD + "=",
    "one other letter": ("A" if GOOD[0] != "A" else "B") + GOOD[1:],
    "other case": GOOD.swapcase(),
    "quoted": f'"{GOOD}"',
    "a space before": f" {GOOD}",
    "a line break after": f"{GOOD}\n",
    "twice": f"{GOOD},{GOOD}",
    "with its scheme": f"sha1={GOOD}",
    "hexadecimal": base64.b64decode(GOOD).hex(),
    "URL-safe base64": base64.urlsafe_b64encode(base64.b64decode(GOOD) + b"\xff\xff").decode(),
    "zeros": base64.b64encode(bytes(20)).decode(),
    "another token": signature(STOP, token="another"),
    "no token": signature(STOP, token=""),
    "the account as token": signature(STOP, token="AC" + "0" * 32),
    "SHA-256": _mac(_content(STOP), kind=hashlib.sha256),
    "a plain digest": base64.b64encode(hashlib.sha1(_content(STOP).encode()).digest()).decode(),
    "only the address": _mac(URL),
    "only the fields": _mac(_content(STOP, "")),
    "the raw body": _mac(URL.encode() + BODY),
    "fields in their own order": _mac(URL + "".join(name + value for name, value in STOP)),
    "fields with equals signs": _mac(URL + "&".join(f"{name}={value}" for name, value in sorted(STOP))),
    "without blank fields": signature([field for field in STOP if field[1]]),
    "http": signature(STOP, URL.replace("https", "http")),
    "with a port": signature(STOP, URL.replace(".aws/", ".aws:443/")),
    "without the last slash": signature(STOP, URL.rstrip("/")),
    "another path": signature(STOP, f"{URL}x"),
    "with a query": signature(STOP, f"{URL}?{QUERY}"),
    "another host": signature(STOP, "https://evil.example/"),
    "of an empty form": signature([]),
    "an emoji": "\U0001f511",
    "half of a surrogate pair": "\ud800",
    "another alphabet": GOOD[:-3] + "\u0430" + GOOD[-2:],
    "a NUL": f"{GOOD}\x00",
    "10 KB": "A" * 10_000,
}


def _json(
    document: bytes, hashed: str | None = None, *, url: str | None = None, media: str = "application/json"
) -> Event:
    query = "" if hashed is None else f"bodySHA256={hashed}"
    address = url or (f"{URL}?{query}" if query else URL)
    return _with(_mac(address), document, media=media, query=query)


DOCUMENT = json.dumps(dict(STOP)).encode()
HASH = hashlib.sha256(DOCUMENT).hexdigest()

DELIVERIES: dict[str, Vector] = {
    "another text": lambda: _with(GOOD, BODY.replace(b"STOP", b"YES")),
    "another sender": lambda: _with(GOOD, BODY.replace(ANN[1:].encode(), b"447700900123")),
    "one field more": lambda: _with(GOOD, BODY + b"&OptOutType=STOP"),
    "one blank field more": lambda: _with(GOOD, BODY + b"&X="),
    "one field less": lambda: _with(GOOD, BODY.rpartition(b"&")[0]),
    "a field twice": lambda: _with(GOOD, BODY + b"&Body=START"),
    "fields run into each other": lambda: _with(GOOD, BODY.replace(b"Body=STOP", b"BodySTOP=")),
    "an empty body": lambda: _with(GOOD, b""),
    "a query added": lambda: _with(GOOD, query=QUERY),
    "a query taken away": lambda: _with(signature(STOP, f"{URL}?{QUERY}")),
    "a query for another message": lambda: _with(signature(STOP, f"{URL}?{QUERY}"), query=QUERY.replace("=1", "=2")),
    "the signature in the query": lambda: _with(None, query=f"X-Twilio-Signature={quote(GOOD)}"),
    "a header with underscores": lambda: _with(None) | {"headers": {"x_twilio_signature": GOOD, "content-type": FORM}},
    "a header of another provider": lambda: webhook_event(BODY, {"Stripe-Signature": GOOD, "Content-Type": FORM}),
    "another host name": lambda: _at_host("evil.lambda-url.eu-central-1.on.aws"),
    "JSON under a form's signature": lambda: _with(GOOD, DOCUMENT, media="application/json"),
    "JSON without its hash": lambda: _json(DOCUMENT),
    "JSON with another hash": lambda: _json(DOCUMENT, hashlib.sha256(b"{}").hexdigest()),
    "JSON with an empty hash": lambda: _json(DOCUMENT, ""),
    "JSON with a hash of no ASCII": lambda: _json(DOCUMENT, quote("\u00e9" * 64)),
    "JSON with a hash in capitals": lambda: _json(DOCUMENT, HASH.upper()),
    "JSON with a hash that is not signed": lambda: _json(DOCUMENT, HASH, url=URL),
    "JSON that was changed": lambda: _json(DOCUMENT.replace(b"STOP", b"YES!"), HASH),
    "JSON called a form": lambda: _json(DOCUMENT, HASH, media="application/x-www-form-urlencoded"),
    "signed: nothing": lambda: posted([]),
    "signed: no id": lambda: posted([field for field in STOP if field[0] != "MessageSid"]),
    "signed: an id of another form": lambda: posted([("MessageSid", "SM1"), *STOP[1:]]),
    "signed: an id with a separator": lambda: posted([("MessageSid", f"{sid()}#INBOX"), *STOP[1:]]),
    "signed: an id with a line break": lambda: posted([("MessageSid", f"{sid()}\n"), *STOP[1:]]),
    "signed: an id of 3000 characters": lambda: posted([("MessageSid", "SM" + "0" * 3_000), *STOP[1:]]),
    "signed: no body and no status": lambda: posted(STOP[:1]),
    "signed: a status that is none": lambda: posted(status("delivered#x")),
    "signed: a status of 3000 characters": lambda: posted(status("a" * 3_000)),
    "signed: an empty status": lambda: posted(status("")),
    "signed: 400 KB": lambda: posted([*STOP, ("Note", "a" * 400_000)]),
    "signed: 2 MB": lambda: posted([*STOP, ("Note", "a" * 2_000_000)]),
    "signed: 1000 fields": lambda: posted([*STOP, *((f"F{number}", "") for number in range(1_000))]),
    "signed: half of a surrogate pair": lambda: _raw(BODY.replace(b"STOP", b"%ED%A0%80")),
    "signed: not UTF-8": lambda: _raw(BODY.replace(b"STOP", b"%FF%FE")),
    "signed: raw bytes": lambda: _raw(BODY.replace(b"STOP", b"\xff\xfe")),
    "signed: JSON that is none": lambda: _json(b"STOP", hashlib.sha256(b"STOP").hexdigest()),
    "signed: a JSON list": lambda: _json(b"[]", hashlib.sha256(b"[]").hexdigest()),
    "signed: deep JSON": lambda: _json(DEEP, hashlib.sha256(DEEP).hexdigest()),
    "signed: JSON of numbers": lambda: _json(NUMBERS, hashlib.sha256(NUMBERS).hexdigest()),
    "no base64": lambda: _with(GOOD) | {"body": "%%%"},
    "half of a surrogate pair as body": lambda: _with(GOOD) | {"body": "\ud800", "isBase64Encoded": False},
    "GET": lambda: _with(GOOD, method="GET"),
    "PUT": lambda: _with(GOOD, method="PUT"),
}
DEEP = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
NUMBERS = b'{"MessageSid": 1, "Body": 2, "From": 3}'


def _at_host(host: str) -> Event:
    event = _with(GOOD)
    event["requestContext"]["domainName"] = host
    return event


def _raw(body: bytes) -> Event:
    """A form that cannot be read, signed as well as it can be."""
    fields = [tuple(part.split("=", 1)) for part in body.decode("latin-1").split("&")]
    return _with(signature(fields), body)  # type: ignore[arg-type]


TWILIO_VECTORS: dict[str, Vector] = {
    **{f"signature: {name}": lambda mark=mark: _with(mark) for name, mark in SIGNATURES.items()},
    **DELIVERIES,
}


def _control(number: int, text: str = "Zażółć 支払い \U0001f600 & = + %") -> Fields:
    return written(text, at=1_000 + number)


def _control_json(number: int) -> Event:
    document = json.dumps(dict(_control(number))).encode()
    return _json(document, hashlib.sha256(document).hexdigest())


TWILIO_CONTROLS: dict[str, Callable[[int], Event]] = {
    "a reply": lambda number: posted(_control(number)),
    "a reply with every sign": lambda number: posted(_control(number, "".join(map(chr, range(32, 127))))),
    "an empty reply": lambda number: posted(_control(number, "")),
    "a reply of 1600 characters": lambda number: posted(_control(number, "\U0001f600" * 1_600)),
    "blank fields": lambda number: posted([*_control(number), ("FromZip", ""), ("FromState", "")]),
    "a repeated field": lambda number: posted([*_control(number), ("Media", "b"), ("Media", "a"), ("Media", "b")]),
    "fields that are new": lambda number: posted([*_control(number), ("Brand.New[0]", "\u00e9")]),
    "a status with its query": lambda number: posted(status("sent", at=1_000 + number), query=QUERY),
    "a call": lambda number: posted(status("completed", kind="CA", at=1_000 + number), query=QUERY),
    "another media type's letters": lambda number: _with(
        signature(_control(number)), urlencode(_control(number)).encode(), media="Application/X-WWW-Form-Urlencoded"
    ),
    "the token before": lambda number: posted(_control(number), token="token-before"),
    "JSON with its hash": _control_json,
}


MESSAGE = about_mail("Bounce", "msg_" + "0" * 26, bounceType="Permanent", bounceSubType="General", bouncedRecipients=[])


def _event(**changes: Any) -> dict[str, Any]:
    return envelope(MESSAGE, **{"MessageId": "00000000-0000-0000-0000-000000000001"} | changes)


def _at(**step: float) -> Vector:
    return lambda: mail_event(sealed(_event(at=START + timedelta(**step))))


def _after(**changes: Any) -> Vector:
    return lambda: mail_event(sealed(_event(), **changes))


def _before(**changes: Any) -> Vector:
    return lambda: mail_event(sealed(_event(**changes)))


def _posted(body: bytes) -> Vector:
    return lambda: mail_event(body)


EVIL = "https://evil.example/SimpleNotificationService-0.pem"
OTHER = "http://127.0.0.1:1/SimpleNotificationService-{}.pem"

MAIL_VECTORS: dict[str, Vector] = {
    "changed: the message": _after(Message="{}"),
    "changed: the id": _after(MessageId="00000000-0000-0000-0000-000000000002"),
    "changed: the time": _after(Timestamp="2026-03-01T09:30:01.000Z"),
    "changed: the type": _after(Type="SubscriptionConfirmation", Token="t", SubscribeURL="http://127.0.0.1:1/"),
    "changed: a subject added": _after(Subject="hello"),
    "changed: the topic": _after(TopicArn=TOPIC + "x"),
    "changed: the version": _after(SignatureVersion="1"),
    "changed: a later version": _after(SignatureVersion="3"),
    "changed: a version that is a number": _after(SignatureVersion=2),
    "changed: no version": _after(SignatureVersion=None),
    "signature: none": _after(Signature=None),
    "signature: empty": _after(Signature=""),
    "signature: no base64": _after(Signature="%%%"),
    "signature: zeros": _after(Signature=base64.b64encode(bytes(256)).decode()),
    "signature: a number": _after(Signature=1),
    "signature: a list": _after(Signature=[]),
    "signature: short": _after(Signature="AAAA"),
    "signature: 5 KB": _after(Signature="A" * 5_120),
    "signature: of another key": lambda: mail_event(sealed(_event(), signer="another")),
    "signature: SHA-1 called SHA-256": lambda: mail_event(sealed(_event(), digest=hashes.SHA1)),
    "signature: SHA-256 called SHA-1": lambda: mail_event(sealed(_event(SignatureVersion="1"), digest=hashes.SHA256)),
    "signature: SHA-512": lambda: mail_event(sealed(_event(), digest=hashes.SHA512)),
    "signature: of a subject that was taken away": lambda: mail_event(sealed(_event(Subject="x"), Subject=None)),
    "certificate: of another host": _before(SigningCertURL=EVIL),
    "certificate: of another key": lambda: mail_event(sealed(_event(SigningCertURL=OTHER.format("1" * 32)))),
    "certificate: that is not there": _before(SigningCertURL=OTHER.format("f" * 32)),
    "certificate: of no RSA key": _before(SigningCertURL=OTHER.format("e" * 32)),
    "certificate: that is none": _before(SigningCertURL=OTHER.format("d" * 32)),
    "certificate: by user name": _before(
        SigningCertURL="http://127.0.0.1:1@evil.example/SimpleNotificationService-0.pem"
    ),
    "certificate: by a longer port": _before(SigningCertURL="http://127.0.0.1:10/SimpleNotificationService-0.pem"),
    "certificate: in another folder": _before(SigningCertURL="http://127.0.0.1:1/x/SimpleNotificationService-0.pem"),
    "certificate: a way up": _before(SigningCertURL="http://127.0.0.1:1/../SimpleNotificationService-0.pem"),
    "certificate: with a query": _before(SigningCertURL=CERTIFICATE + "?x=1"),
    "certificate: with a fragment": _before(SigningCertURL=CERTIFICATE + "#x"),
    "certificate: with a line break": _before(SigningCertURL=CERTIFICATE + "\n"),
    "certificate: of another name": _before(SigningCertURL="http://127.0.0.1:1/evil.pem"),
    "certificate: a file": _before(SigningCertURL="file:///etc/SimpleNotificationService-0.pem"),
    "certificate: empty": _before(SigningCertURL=""),
    "certificate: none": _before(SigningCertURL=None),
    "certificate: AWS's own, which this stage does not use": _before(
        SigningCertURL="https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0.pem"
    ),
    "topic: of another account": _before(TopicArn=TOPIC.replace("000000000000", "111111111111")),
    "topic: of another stage": _before(TopicArn=TOPIC.replace("test-", "prod-")),
    "topic: another": _before(TopicArn=TOPIC.replace("mail-events", "alarms")),
    "topic: none": _before(TopicArn=None),
    "topic: empty": _before(TopicArn=""),
    "time: 66 minutes old": _at(minutes=-66),
    "time: a day old": _at(days=-1),
    "time: 6 minutes ahead": _at(minutes=6),
    "time: none": _before(Timestamp=None),
    "time: empty": _before(Timestamp=""),
    "time: a number": _before(Timestamp="1772357400"),
    "time: without a zone": _before(Timestamp="2026-03-01T09:30:00.000"),
    "time: no date": _before(Timestamp="09:30:00Z"),
    "time: a word": _before(Timestamp="now: Z"),
    "time: the year 9999": _before(Timestamp="9999-12-31T23:59:59-23:59"),
    "type: none": _before(Type=None),
    "type: another": _before(Type="Other"),
    "id: none": _before(MessageId=None),
    "id: of another form": _before(MessageId="../../x"),
    "id: with a line break": _before(MessageId="00000000-0000-0000-0000-00000000000\n"),
    "id: of 3000 characters": _before(MessageId="0" * 3_000),
    "body: empty": _posted(b""),
    "body: a list": _posted(b"[]"),
    "body: null": _posted(b"null"),
    "body: a text": _posted(b'"Notification"'),
    "body: cut off": lambda: mail_event(sealed(envelope(MESSAGE))[:-20]),
    "body: not UTF-8": lambda: mail_event(sealed(envelope(MESSAGE)).replace(b"Bounce", b"B\xff\xfe")),
    "body: a byte order mark": lambda: mail_event(b"\xef\xbb\xbf" + sealed(envelope(MESSAGE))),
    "body: deep": _posted(b'{"Type":' * 50_000 + b"1" + b"}" * 50_000),
    "body: a surrogate": lambda: mail_event(sealed(envelope(MESSAGE)).replace(b"Bounce", b"\\ud800")),
    "body: a form": _posted(b"Type=Notification"),
    "body: 400 KB": lambda: mail_event(sealed(envelope("a" * 400_000))),
    "body: 2 MB": lambda: mail_event(sealed(envelope("a" * 2_000_000))),
    "subscription: elsewhere": lambda: mail_event(
        sealed(
            envelope(
                "x",
                Type="SubscriptionConfirmation",
                Token="t",
                SubscribeURL="https://evil.example/?Action=ConfirmSubscription&",
            )
        )
    ),
    "subscription: without an address": lambda: mail_event(
        sealed(envelope("x", Type="SubscriptionConfirmation", Token="t"))
    ),
    "no base64": lambda: mail_event(sealed(envelope(MESSAGE))) | {"body": "%%%"},
    "GET": lambda: webhook_event(sealed(envelope(MESSAGE)), method="GET"),
}


AWS = "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-{}.pem".format("0" * 32)

AWS_VECTORS: dict[str, Vector] = {
    f"certificate: {name}": _before(SigningCertURL=address)
    for name, address in {
        "of a bucket called sns": AWS.replace("sns.eu-central-1", "sns.s3"),
        "of a bucket of our region": AWS.replace("sns.eu-central-1", "sns.s3.eu-central-1"),
        "of a bucket's website": AWS.replace("sns.eu-central-1", "sns.s3-website-eu-central-1"),
        "of another region": AWS.replace("eu-central-1", "eu-west-1"),
        "of another partition": AWS.replace(".com/", ".com.cn/"),
        "of another service": AWS.replace("sns.eu", "sqs.eu"),
        "of no region": AWS.replace("sns.eu-central-1", "sns"),
        "of two regions": AWS.replace("eu-central-1", "eu-central-1.eu-central-1"),
        "of a host below": AWS.replace("https://", "https://x."),
        "of a host that goes on": AWS.replace("amazonaws.com", "amazonaws.com.evil.example"),
        "of a host that goes on without a dot": AWS.replace("amazonaws.com", "amazonaws.community"),
        "of a host with a last dot": AWS.replace(".com/", ".com./"),
        "of a path that looks like it": AWS.replace("https://", "https://evil.example/"),
        "by user name": AWS.replace("https://", "https://evil.example@"),
        "as user name": AWS.replace(".com/", ".com@evil.example/"),
        "by password": AWS.replace(".com/", ".com:x@evil.example/"),
        "by port": AWS.replace(".com/", ".com:8443/"),
        "by the usual port": AWS.replace(".com/", ".com:443/"),
        "by HTTP": AWS.replace("https", "http"),
        "in capitals": AWS.upper(),
        "with a dot of another alphabet": AWS.replace(".amazonaws", "\u3002amazonaws"),
        "with a letter of another alphabet": AWS.replace("sns", "\u0455ns"),
        "with a backslash": AWS.replace(".com/", ".com\\"),
        "with a space before": f" {AWS}",
        "with a tab": AWS.replace("sns", "s\tns"),
        "with a line break": f"{AWS}\n",
        "with a query": f"{AWS}?x",
        "with a fragment": f"{AWS}#x",
        "a way up": AWS.replace("/Simple", "/../Simple"),
        "a way up in disguise": AWS.replace("/Simple", "/%2e%2e/Simple"),
        "another file": AWS.replace("SimpleNotificationService", "evil"),
        "another ending": AWS.replace(".pem", ".pem.txt"),
        "the local one": CERTIFICATE,
    }.items()
}
"""On AWS; what is fetched anywhere is the very certificate that the delivery is signed with."""


def _mail_control(number: int, **changes: Any) -> dict[str, Any]:
    return envelope(MESSAGE, **{"MessageId": f"00000000-0000-0000-0001-{number:012}"} | changes)


MAIL_CONTROLS: dict[str, Callable[[int], bytes]] = {
    "SHA-256": lambda number: sealed(_mail_control(number)),
    "SHA-1": lambda number: sealed(_mail_control(number, SignatureVersion="1")),
    "with a subject": lambda number: sealed(_mail_control(number, Subject="Amazon SES Email Event Notification")),
    "with an unsigned field": lambda number: sealed(_mail_control(number), UnsubscribeURL="https://sns.example/x"),
    "with line breaks and signs": lambda number: sealed(_mail_control(number, Message="a\nb\r\n\u00e9 \U0001f600")),
    "64 minutes old": lambda number: sealed(_mail_control(number, at=START - timedelta(minutes=64))),
    "4 minutes ahead": lambda number: sealed(_mail_control(number, at=START + timedelta(minutes=4))),
    "in another zone": lambda number: sealed(_mail_control(number, Timestamp="2026-03-01T10:30:00.000+01:00")),
    "250 KB": lambda number: sealed(_mail_control(number, Message="a" * 250_000)),
    "the certificate again": lambda number: sealed(_mail_control(number)),
}


def _tables(stage: str) -> dict[str, list[str]]:
    """Everything that is stored, byte for byte."""
    engine = client.dynamodb()
    names = [name for name in engine.list_tables()["TableNames"] if name.startswith(stage)]
    return {
        name: sorted(repr(item) for item in engine.scan(TableName=name, ConsistentRead=True)["Items"]) for name in names
    }


@pytest.fixture(autouse=True)
def prepared(stage: str, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two tokens of Twilio's, our topic, and SNS with a certificate, one of another key and some that are none."""
    fields = json.dumps({"account_sid": "AC", "auth_token": f"{TOKEN} token-before"})
    client.aws_client("secretsmanager").put_secret_value(SecretId=f"{stage}/wellspring/twilio", SecretString=fields)
    monkeypatch.setenv("WELLSPRING_MAIL_TOPIC", TOPIC)
    monkeypatch.setenv("WELLSPRING_SNS_CERTIFICATES", texting.CERTIFICATES)
    environment.read_anew()
    published = {
        CERTIFICATE: (200, certificate()),
        OTHER.format("1" * 32): (200, certificate("another")),
        OTHER.format("e" * 32): (200, texting.certificate_of(ec.generate_private_key(ec.SECP256R1()))),
        OTHER.format("d" * 32): (200, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
    }
    monkeypatch.setattr(sns, "_get", lambda url: published.get(url, (404, b"")))
    monkeypatch.setattr(sns, "_keys", {})


def _refused_without_a_trace(stage: str, receiver: str, vectors: dict[str, Vector]) -> None:
    before = _tables(stage)
    answers = {name: invoke(receiver, make()) for name, make in vectors.items()}
    tell(
        {
            "receiver": receiver,
            "vectors": len(vectors),
            "answers": Counter(one["statusCode"] for one in answers.values()),
        }
    )
    assert len(vectors) >= 60
    assert {name: one for name, one in answers.items() if one["statusCode"] not in REFUSED} == {}
    assert {one["body"] for one in answers.values()} == {""}
    assert _tables(stage) == before


@pytest.mark.covers("R-12", "S-A-16")
def test_what_is_not_twilios_is_refused_without_a_trace(stage: str) -> None:
    _refused_without_a_trace(stage, TWILIO, TWILIO_VECTORS)


@pytest.mark.covers("R-12")
def test_everything_that_is_twilios_is_kept() -> None:
    answers = {}
    for number, (name, make) in enumerate(TWILIO_CONTROLS.items()):
        answers[name] = invoke(TWILIO, make(number))["statusCode"]
    assert answers == dict.fromkeys(TWILIO_CONTROLS, 200)
    assert len(sent("messaging", "TwilioEventReceived")) == len(TWILIO_CONTROLS)


@pytest.mark.covers("R-12", "X-N-10")
def test_what_is_not_ses_s_is_refused_without_a_trace(stage: str) -> None:
    _refused_without_a_trace(stage, MAIL, MAIL_VECTORS)


@pytest.mark.covers("R-12")
def test_everything_that_is_ses_s_is_kept_as_it_came() -> None:
    bodies = [make(number) for number, make in enumerate(MAIL_CONTROLS.values())]
    answers = [invoke(MAIL, mail_event(body))["statusCode"] for body in bodies]
    kept = [inbox.read(MessagingInbox, "ses", f"00000000-0000-0000-0001-{number:012}") for number in range(len(bodies))]
    assert dict(zip(MAIL_CONTROLS, answers, strict=True)) == dict.fromkeys(MAIL_CONTROLS, 200)
    assert [one.body for one in kept] == bodies


@pytest.mark.covers("R-12")
def test_without_a_secret_nobody_is_believed(stage: str) -> None:
    fields = json.dumps({"account_sid": "", "auth_token": ""})
    client.aws_client("secretsmanager").put_secret_value(SecretId=f"{stage}/wellspring/twilio", SecretString=fields)
    secrets._kept.clear()
    before = _tables(stage)
    for event in (posted(STOP), posted(STOP, token=""), _with("")):
        assert invoke(TWILIO, event) == {"statusCode": 403, "body": ""}
    assert _tables(stage) == before


@pytest.mark.covers("R-12")
def test_without_a_topic_nobody_is_believed(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WELLSPRING_MAIL_TOPIC")
    environment.read_anew()
    for topic in (TOPIC, "x", ""):
        assert invoke(MAIL, mail_event(sealed(_event(TopicArn=topic)))) == {"statusCode": 403, "body": ""}


@pytest.mark.covers("R-12")
def test_on_aws_certificates_are_fetched_from_our_regions_sns_alone(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WELLSPRING_SNS_CERTIFICATES")
    environment.read_anew()
    fetched: list[str] = []
    monkeypatch.setattr(sns, "_get", lambda url: fetched.append(url) or (200, certificate()))
    before = _tables(stage)
    answers = {name: invoke(MAIL, make()) for name, make in AWS_VECTORS.items()}
    assert [name for name, answer in answers.items() if answer != {"statusCode": 403, "body": ""}] == []
    assert fetched == []
    assert _tables(stage) == before
    for _ in range(2):
        assert invoke(MAIL, mail_event(sealed(_event(SigningCertURL=AWS))))["statusCode"] == 200
    assert fetched == [AWS]


@pytest.mark.covers("R-12")
def test_every_single_changed_bit_is_seen() -> None:
    def held(url: str, body: bytes) -> None:
        twilio_forms.verify(url, "application/x-www-form-urlencoded", body, GOOD, [TOKEN])

    held(URL, BODY)
    same = []
    for position in range(len(BODY) * 8):
        changed = bytearray(BODY)
        changed[position // 8] ^= 1 << position % 8
        try:
            held(URL, bytes(changed))
        except twilio_forms.Forged:
            continue
        same.append(bytes(changed))
    # The signature covers what a form says, not how it is written: %2b is %2B.
    assert {urlencode(sorted(twilio_forms._form(body))) for body in same} <= {urlencode(sorted(STOP))}
    good = sealed(_event())
    for position in range(0, len(good) * 8, 11):
        changed = bytearray(good)
        changed[position // 8] ^= 1 << position % 8
        try:
            opened = sns.open_envelope(bytes(changed), now=START)
        except (sns.Forged, sns.UnreadableEvent):
            continue
        assert opened.signed() == sns.open_envelope(good, now=START).signed()


@pytest.mark.covers("R-12", "X-A-05")
def test_a_delivery_that_is_posted_again_and_again_has_its_effect_once(clock: FixedClock) -> None:
    stop, bounce = posted(STOP), mail_event(sealed(_event()))
    start = posted(written("START", at=2))
    for event, receiver in ((stop, TWILIO), (bounce, MAIL)):
        assert [invoke(receiver, event)["statusCode"] for _ in range(5)] == [200] * 5
    _work()
    clock.advance(minutes=1)
    assert invoke(TWILIO, start)["statusCode"] == 200
    _work()
    clock.advance(hours=30)
    # Whoever caught the STOP posts it once more: its owner has taken it back since.
    assert invoke(TWILIO, stop)["statusCode"] == 200
    assert invoke(MAIL, bounce)["statusCode"] == 403
    _work()
    assert [item.lifted_at is None for item in texting.suppressions(ANN)] == [False]
    assert len(sent("messaging", "TwilioEventReceived")) == 2
    assert len(sent("messaging", "MailEventReceived")) == 1


def _work() -> None:
    for event in sent("messaging", "TwilioEventReceived"):
        invoke("messaging.process_twilio_event", queue_event(TwilioEventReceived(**event)))
    for event in sent("messaging", "MailEventReceived"):
        invoke("messaging.process_mail_event", queue_event(MailEventReceived(**event)))
