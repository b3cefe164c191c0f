"""Opaque, signed cursors: the key to go on from, bound to one list of one reader (X-P-04)."""

import base64
import hashlib
import hmac
import json
from typing import Any

from shared.kernel.errors import ValidationFailed
from shared.kernel.secrets import secret

SECRET = "cursors"  # noqa: S105 - the secret's name
_TAG_BYTES = 16


class BadCursor(ValidationFailed):
    """The cursor was not given out for this list, or was changed."""

    message = "The cursor does not belong to this list."

    def __init__(self) -> None:
        super().__init__(details=[("cursor", self.message)])


def _tag(scope: str, body: bytes) -> bytes:
    return hmac.digest(secret(SECRET).encode(), scope.encode() + b"\x00" + body, hashlib.sha256)[:_TAG_BYTES]


def encode(scope: str, key: dict[str, Any] | None) -> str | None:
    """Return the cursor for a key of a list; ``None`` stays ``None`` (the end)."""
    if key is None:
        return None
    body = json.dumps(key, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_tag(scope, body) + body).decode().rstrip("=")


def decode(scope: str, cursor: str | None) -> dict[str, Any] | None:
    """Return the key in a cursor.

    Raises:
        BadCursor: it is not one of this scope.
    """
    if cursor is None:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise BadCursor from None
    tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(scope, body)):
        raise BadCursor
    key: dict[str, Any] = json.loads(body)
    return key
