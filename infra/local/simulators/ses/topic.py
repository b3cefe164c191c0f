"""SNS's side: envelopes, their signature, and the certificate that proves it."""

import base64
import hashlib
import json
import uuid
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from infra.local import clock
from infra.local.settings import ACCOUNT, REGION
from infra.local.simulators._webhooks import Message, Signed
from infra.local.simulators.ses.mails import stamp

TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:local-wellspring-mail-events"
"""The one topic of this account. The application on the local stage listens to no other."""

_DIGESTS = {"1": hashes.SHA1, "2": hashes.SHA256}
_SIGNED = {
    "Notification": ("Message", "MessageId", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
_LIFE = timedelta(days=3650)


class Topic:
    """The topic of mail events with the key that signs what it publishes."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._key = rsa.generate_private_key(65537, 2048)
        self._wrong_key = rsa.generate_private_key(65537, 2048)
        self.certificate = self._certify()
        self.certificate_path = f"/SimpleNotificationService-{hashlib.sha256(self.certificate).hexdigest()[:32]}.pem"
        self.version = "2"

    def _certify(self) -> bytes:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.local")])
        since = clock.now() - timedelta(days=1)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self._key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(since + _LIFE)
            .sign(self._key, hashes.SHA256())
        )
        return made.public_bytes(serialization.Encoding.PEM)

    def notification(self, subject: dict[str, Any]) -> Message:
        """Return a message about something, not yet signed."""
        return self._message("Notification", json.dumps(subject), {}, f"{subject.get('eventType', '')}")

    def confirmation(self) -> Message:
        """Return the message that asks an endpoint to confirm its subscription."""
        token = uuid.uuid4().hex * 4
        visit = f"{self._base_url}/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token={token}"
        words = f"You have chosen to subscribe to the topic {TOPIC}."
        return self._message("SubscriptionConfirmation", words, {"Token": token, "SubscribeURL": visit}, "")

    def _message(self, kind: str, words: str, more: dict[str, str], about: str) -> Message:
        fields = {
            "Type": kind,
            "MessageId": str(uuid.uuid4()),
            "TopicArn": TOPIC,
            "Message": words,
            "Timestamp": stamp(clock.now()),
            "SignatureVersion": self.version,
            "SigningCertURL": self._base_url + self.certificate_path,
            **more,
        }
        return Message(fields["MessageId"], about or kind, json.dumps(fields).encode())

    def sign(self, secret: str, message: Message, url: str) -> Signed:
        """Add the signature; a secret (there is none) means a wrong key."""
        del url
        fields = json.loads(message.body)
        text = "".join(f"{name}\n{fields[name]}\n" for name in _SIGNED[fields["Type"]])
        key = self._wrong_key if secret else self._key
        signature = key.sign(text.encode(), padding.PKCS1v15(), _DIGESTS[fields["SignatureVersion"]]())
        fields["Signature"] = base64.b64encode(signature).decode()
        headers = {
            "Content-Type": "text/plain; charset=UTF-8",
            "User-Agent": "Amazon Simple Notification Service Agent",
            "x-amz-sns-message-id": fields["MessageId"],
            "x-amz-sns-message-type": fields["Type"],
            "x-amz-sns-topic-arn": TOPIC,
        }
        return headers, json.dumps(fields).encode()
