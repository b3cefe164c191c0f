"""SNS as a sender of webhooks: its envelope, and the signature that proves it.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import parse_qsl

from pydantic import BaseModel, Field, ValidationError

from shared.kernel.config import settings_of
from shared.kernel.errors import Unavailable
from shared.kernel.wire import InstantInput
from shared.messaging.domain import MessagingSettings
from shared.messaging.inbound.errors import Forged, UnreadableEvent

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SENT_AGAIN_FOR: Final = timedelta(hours=1)
"""How long SNS goes on delivering to an HTTPS endpoint; a repeat carries the time and the signature of the first."""

AHEAD: Final = timedelta(seconds=300)
"""How far two clocks may differ."""

CONNECT_SECONDS: Final = 1
READ_SECONDS: Final = 3

_TOPIC = re.compile(r"arn:(aws|aws-us-gov|aws-cn):sns:([a-z]{2}(?:-[a-z]+)+-[0-9]):[0-9]{12}:.+", re.ASCII)
"""Partition and region of our topic."""

_CERTIFICATE = re.compile(r"/SimpleNotificationService-[0-9a-f]{1,64}\.pem", re.ASCII)
_MAX_CERTIFICATE = 16 * 1024
_MOST_CERTIFICATES = 16

_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
"""What is signed, in this order."""

_OK = 200
_REFUSED = range(400, 500)

_Text = Field(max_length=4_000)


class Envelope(BaseModel):
    """What SNS posts."""

    Type: Literal["Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"]
    MessageId: str = Field(pattern=r"^[0-9a-f-]{36}$")
    TopicArn: str = _Text
    Message: str
    Timestamp: str = Field(max_length=40)
    SignatureVersion: Literal["1", "2"]
    Signature: str = _Text
    SigningCertURL: str = _Text
    Subject: str | None = Field(default=None, max_length=4_000)
    Token: str | None = Field(default=None, max_length=4_000)
    SubscribeURL: str | None = Field(default=None, max_length=4_000)

    def signed(self) -> bytes:
        """Return what its signature covers; a field that is absent is left out."""
        names = _NOTIFICATION if self.Type == "Notification" else _CONFIRMATION
        fields = ((name, getattr(self, name)) for name in names)
        return "".join(f"{name}\n{value}\n" for name, value in fields if value is not None).encode()


class _Stamp(BaseModel):
    at: InstantInput


def open_envelope(body: bytes, *, now: datetime) -> Envelope:
    """Return what a delivery holds, once it is proved to be SNS's, about our topic, and of the last hour.

    The certificate is fetched from SNS only, and only for a delivery that could be ours.

    Raises:
        Forged: it is not.
        Unavailable: the certificate cannot be had now; SNS delivers again.
    """
    try:
        envelope = Envelope.model_validate_json(body)
        at = _Stamp(at=envelope.Timestamp).at  # type: ignore[arg-type]
        content, signature = envelope.signed(), base64.b64decode(envelope.Signature, validate=True)
    except (ValidationError, ValueError):
        raise Forged from None
    topic = settings_of(MessagingSettings).mail_topic
    if not topic or envelope.TopicArn != topic or not now - SENT_AGAIN_FOR - AHEAD <= at <= now + AHEAD:
        raise Forged
    _verify(_key(envelope.SigningCertURL), signature, content, envelope.SignatureVersion)
    return envelope


def confirm(envelope: Envelope) -> None:
    """Take up a subscription that SNS asks us to confirm: to our topic, at SNS's own address, and nothing else.

    Raises:
        UnreadableEvent: it names another address, or another topic.
        Unavailable: SNS does not answer; it asks again.
    """
    url, wanted = envelope.SubscribeURL or "", f"{_host()}/?"
    if not url.startswith(wanted) or sorted(parse_qsl(url[len(wanted) :], True)) != _confirming(envelope):
        raise UnreadableEvent
    if _get(url)[0] != _OK:
        raise Unavailable


def _confirming(envelope: Envelope) -> list[tuple[str, str]]:
    asked = [("Action", "ConfirmSubscription"), ("Token", envelope.Token or ""), ("TopicArn", envelope.TopicArn)]
    return sorted(asked)


def _host() -> str:
    """Return where our region's SNS is, which is where its certificates are: never what a delivery says.

    Raises:
        Forged: our topic is in no region that there is.
    """
    told = settings_of(MessagingSettings)
    if told.sns_certificates:
        return told.sns_certificates
    ours = _TOPIC.fullmatch(told.mail_topic)
    if ours is None:
        raise Forged
    return f"https://sns.{ours[2]}.amazonaws.com{'.cn' if ours[1] == 'aws-cn' else ''}"


def _verify(key: "RSAPublicKey", signature: bytes, content: bytes, version: str) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15

    digest = hashes.SHA256() if version == "2" else hashes.SHA1()  # noqa: S303 - SNS's own first version
    try:
        key.verify(signature, content, PKCS1v15(), digest)
    except InvalidSignature:
        raise Forged from None


_keys: dict[str, Any] = {}


def _key(url: str) -> "RSAPublicKey":
    """Return the key of a certificate that SNS publishes; a certificate never changes."""
    host = _host()
    if not url.startswith(host) or not _CERTIFICATE.fullmatch(url.removeprefix(host)):
        raise Forged
    if url not in _keys:
        if len(_keys) >= _MOST_CERTIFICATES:
            _keys.clear()
        _keys[url] = _fetch_key(url)
    key: RSAPublicKey = _keys[url]
    return key


def _fetch_key(url: str) -> "RSAPublicKey":
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    status, document = _get(url)
    if status in _REFUSED:
        raise Forged
    if status != _OK:
        raise Unavailable
    try:
        key = x509.load_pem_x509_certificate(document).public_key()
    except ValueError:
        raise Forged from None
    if not isinstance(key, RSAPublicKey):
        raise Forged
    return key


def _get(url: str) -> tuple[int, bytes]:
    """Fetch something of SNS's own: no redirects, no retries, little time."""
    from urllib3 import PoolManager, Timeout
    from urllib3.exceptions import HTTPError

    try:
        with PoolManager() as pool:
            answer = pool.request(
                "GET",
                url,
                redirect=False,
                retries=False,
                timeout=Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
                preload_content=False,
            )
            return answer.status, answer.read(_MAX_CERTIFICATE)
    except HTTPError as silence:
        raise Unavailable from silence
