"""Signatures over what providers post: pure checks that never raise anything but ``BadSignature``.

A receiver takes the header apart as its provider writes it, then asks here. Everything is compared as bytes and in
constant time; nothing in the header or the body can make a check fail in another way.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.kernel.clock import EPOCH
from shared.kernel.errors import DomainError

TOLERANCE = timedelta(seconds=300)
"""How far a delivery's timestamp may be from our clock, in the past or in the future."""

_MAX_STAMP_DIGITS = 11


class BadSignature(DomainError):
    """The delivery is not the provider's, or too old."""

    status, code, message = 400, "BAD_SIGNATURE", "The signature does not match."


def require_fresh(stamp: str, *, now: datetime) -> None:
    """Hold a delivery's timestamp (seconds since the epoch, in digits) to the window on both sides.

    Raises:
        BadSignature: it is no such number, or outside the window.
    """
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= _MAX_STAMP_DIGITS):
        raise BadSignature
    if abs(now - (EPOCH + timedelta(seconds=int(stamp)))) > TOLERANCE:
        raise BadSignature


def require_hmac_sha256(content: bytes, signatures: Iterable[str], secrets: Iterable[str]) -> None:
    """Refuse content unless one of the signatures (lower-case hexadecimal) was made with one of the secrets.

    Args:
        content: the bytes that were signed.
        signatures: as they came; a provider may send several while a secret is being replaced.
        secrets: the current secret and, during a rotation, the one before. An empty one matches nothing.

    Raises:
        BadSignature: none matches.
    """
    expected = [hmac.digest(key.encode(), content, hashlib.sha256).hex().encode() for key in secrets if key]
    given = [signature.encode() for signature in signatures if signature.isascii()]
    if not any(hmac.compare_digest(one, other) for one in expected for other in given):
        raise BadSignature
