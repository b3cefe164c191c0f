"""SNS as a sender of webhooks: its envelope, and the signature that proves it.

https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
"""

import base64
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, Field, ValidationError

from shared.kernel.config import settings
from shared.kernel.errors import Unavailable
from shared.kernel.wire import InstantInput
from shared.messaging.inbound.errors import Forged, UnreadableEvent

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

SENT_AGAIN_FOR: Final = timedelta(hours=1)
"""How long SNS goes on delivering to an HTTPS endpoint; a repeat carries the time and the signature of the first."""

AHEAD: Final = timedelta(seconds=300)
"""How far two clocks may differ."""

CONNECT_SECONDS: Final = 1
READ_SECONDS: Final = 3

_AWS = re.compile(r"https://sns\.[a-z0-9-]{1,30}\.amazonaws\.com", re.ASCII)
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
    if envelope.TopicArn != settings().mail_topic or not now - SENT_AGAIN_FOR - AHEAD <= at <= now + AHEAD:
        raise Forged
    _verify(_key(envelope.SigningCertURL), signature, content, envelope.SignatureVersion)
    return envelope


def confirm(envelope: Envelope) -> None:
    """Take up a subscription that SNS asks us to confirm, at SNS's own address and nowhere else.

    Raises:
        UnreadableEvent: it names another address.
        Unavailable: SNS does not answer; it asks again.
    """
    url = envelope.SubscribeURL or ""
    host = _host()
    found = host.match(url)
    if found is None or not url[found.end() :].startswith("/?Action=ConfirmSubscription&"):
        raise UnreadableEvent
    if _get(url)[0] != _OK:
        raise Unavailable


def _host() -> re.Pattern[str]:
    base = settings().sns_certificates
    return re.compile(re.escape(base)) if base else _AWS


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
    found = _host().match(url)
    if found is None or not _CERTIFICATE.fullmatch(url[found.end() :]):
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
