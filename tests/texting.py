"""What Twilio and SNS post to messaging, signed as they sign."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from shared.messaging.events import MailEventReceived, TwilioEventReceived
from shared.messaging.items import Suppression, address_hash
from shared.messaging.recipients import suppression
from tests.calls import invoke
from tests.clock import START
from tests.triggers import Event, queue_event, sample, webhook_event

TOKEN = "twilio_local"
URL = f"https://{sample('function-url')['requestContext']['domainName']}/"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
ANN, BEN = "+14155550101", "+447700900123"
OURS = "+15005550006"

TOPIC = "arn:aws:sns:eu-central-1:000000000000:test-wellspring-mail-events"
CERTIFICATES = "http://127.0.0.1:1"
CERTIFICATE = f"{CERTIFICATES}/SimpleNotificationService-{'0' * 32}.pem"

Fields = list[tuple[str, str]]


def sid(kind: str = "SM", number: int = 1) -> str:
    """Return an id as Twilio makes them."""
    return f"{kind}{number:032x}"


def signature(fields: Iterable[tuple[str, str]], url: str = URL, token: str = TOKEN, kind: Any = hashlib.sha1) -> str:
    """Return Twilio's signature over a form."""
    content = url + "".join(name + value for name, value in sorted(set(fields)))
    return base64.b64encode(hmac.new(token.encode(), content.encode(), kind).digest()).decode()


def posted(fields: Fields, *, query: str = "", signed: str | None = None, token: str = TOKEN) -> Event:
    """Return the delivery of a form."""
    mark = signature(fields, f"{URL}{f'?{query}' if query else ''}", token) if signed is None else signed
    headers = {"Content-Type": FORM, "X-Twilio-Signature": mark}
    return webhook_event(urlencode(fields).encode(), headers, encoded=True, query=query)


def written(text: str, *, number: str = ANN, whatsapp: bool = False, at: int = 1, **more: str) -> Fields:
    """Return the form of something that a person wrote."""
    prefix = "whatsapp:" if whatsapp else ""
    return [
        ("MessageSid", sid("SM", at)),
        ("SmsStatus", "received"),
        ("From", prefix + number),
        ("To", prefix + OURS),
        ("Body", text),
        ("NumMedia", "0"),
        ("FromCity", ""),
        *more.items(),
    ]


def status(state: str, *, kind: str = "SM", at: int = 1, to: str = ANN, **more: str) -> Fields:
    """Return the form of what became of a text (``SM``) or a call (``CA``)."""
    name = "Call" if kind == "CA" else "Message"
    return [(f"{name}Sid", sid(kind, at)), (f"{name}Status", state), ("To", to), ("From", OURS), *more.items()]


def deliver(fields: Fields, *, query: str = "") -> str:
    """Post a form, let the consumer work it, and return its event id."""
    answer = invoke("messaging.receive_twilio_event", posted(fields, query=query))
    assert answer == {"statusCode": 200, "body": ""}
    told = dict(fields)
    state = told.get("MessageStatus") or told.get("CallStatus") or "received"
    event_id = f"{told.get('MessageSid') or told['CallSid']}-{state}"
    assert work(event_id) == []
    return event_id


def work(*event_ids: str) -> list[str]:
    """Let the consumer work Twilio's events and return the messages that failed."""
    batch = queue_event(*(TwilioEventReceived(event_id=event_id) for event_id in event_ids))
    return _failed(invoke("messaging.process_twilio_event", batch))


def _failed(answer: Any) -> list[str]:
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


@cache
def key(which: str = "sns") -> rsa.RSAPrivateKey:
    """Return a private key; ``sns`` is the one whose certificate is published."""
    del which
    return rsa.generate_private_key(65537, 2048)


@cache
def certificate(which: str = "sns") -> bytes:
    """Return the certificate of one of the keys."""
    return certificate_of(key(which))


def certificate_of(own: Any) -> bytes:
    """Return a certificate of a key, signed with it."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(own.public_key())
    builder = (
        builder.serial_number(1).not_valid_before(START.replace(year=2025)).not_valid_after(START.replace(year=2030))
    )
    return builder.sign(own, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def suppressions(number: str) -> list[Suppression]:
    """Return every suppression of a number that there is or was."""
    return suppression.standing(address_hash(number))


Envelope = dict[str, Any]

SIGNED = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}


def envelope(message: Any, *, at: datetime = START, **changes: Any) -> Envelope:
    """Return an envelope of SNS about something, not yet signed; ``None`` takes a field away."""
    fields = {
        "Type": "Notification",
        "MessageId": str(uuid.uuid4()),
        "TopicArn": TOPIC,
        "Message": message if isinstance(message, str) else json.dumps(message),
        "Timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE,
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def sealed(fields: Envelope, *, signer: str = "sns", digest: Any = None, **after: Any) -> bytes:
    """Return an envelope signed, as it is posted; ``after`` changes what was signed."""
    names = SIGNED.get(fields.get("Type", ""), SIGNED["Notification"])
    text = "".join(f"{name}\n{fields[name]}\n" for name in names if name in fields)
    chosen = digest or {"1": hashes.SHA1, "2": hashes.SHA256}.get(fields.get("SignatureVersion", ""), hashes.SHA256)
    mark = key(signer).sign(text.encode(), padding.PKCS1v15(), chosen())
    whole = fields | {"Signature": base64.b64encode(mark).decode()} | after
    return json.dumps({name: value for name, value in whole.items() if value is not None}, indent=2).encode()


def mail_event(body: bytes) -> Event:
    """Return the delivery of an envelope."""
    return webhook_event(body, {"Content-Type": "text/plain; charset=UTF-8"}, encoded=True)


def about_mail(kind: str, message_id: str, attempt: int = 1, **details: Any) -> Envelope:
    """Return what SES publishes about a mail of ours."""
    tags = {"message": [message_id], "attempt": [str(attempt)], "ses:operation": ["SendEmail"]}
    mail = {"messageId": "0100-mail", "destination": ["ann@example.com"], "tags": tags}
    return {"eventType": kind, "mail": mail, kind.lower(): details}


def deliver_mail_event(told: Envelope) -> str:
    """Post what SES tells, let the consumer work it, and return its event id."""
    fields = envelope(told)
    assert invoke("messaging.receive_mail_event", mail_event(sealed(fields))) == {"statusCode": 200, "body": ""}
    event_id: str = fields["MessageId"]
    batch = queue_event(MailEventReceived(event_id=event_id))
    assert _failed(invoke("messaging.process_mail_event", batch)) == []
    return event_id
