"""What a body must be before anything is read from it: UTF-8, of a media type that the endpoint takes, unambiguous.

A body that two readers would read differently is read by nobody: another charset, bytes that are no text, a key twice.
"""

import base64
import json
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic_core import from_json

from shared.kernel.errors import DomainError, PayloadTooLarge, ValidationFailed

JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
FORMS = (URLENCODED, MULTIPART)
"""What an HTML form sends, and a mail client that unsubscribes (RFC 8058)."""

MAX_BODY = 256 * 1024
"""Bytes of a request body (X-P-32); the gateway's own limit is 10 MB."""

MAX_FIELDS = 100
"""Fields of a form; ours have a dozen."""

_LOST = "\ufffd"
"""What takes the place of bytes that are not UTF-8, wherever they were decoded before us."""

_LONGEST_KEY = 64


class UnsupportedMediaType(DomainError):
    """The body is not of the media type that the endpoint takes, not in UTF-8, or compressed."""

    status, code, message = 415, "UNSUPPORTED_MEDIA_TYPE", "Send the body as application/json."


def check(event: dict[str, Any], taken: Sequence[str]) -> None:
    """Refuse a body that cannot be read for certain, and leave text of a plain media type in the gateway's event.

    Args:
        event: the gateway's.
        taken: media types that the endpoint takes, the usual one first.

    Raises:
        PayloadTooLarge: it has more than 256 KB.
        UnsupportedMediaType: another media type or charset, or it is compressed.
        ValidationFailed: it is no text in UTF-8, or no form.
    """
    headers = event["headers"]
    given = headers.get("content-type", taken[0])
    media, *parameters = (part.strip() for part in given.split(";"))
    media = media.lower()
    body = _bytes(event)
    if len(body) > MAX_BODY:
        raise PayloadTooLarge
    if body:
        _check_headers(headers, media, parameters, taken)
    text = _text(body)
    if body and media == MULTIPART:
        text, media = _fields(given, body), URLENCODED
    if body and media == URLENCODED:
        _check_form(text)
    event["body"], event["isBase64Encoded"] = text, False
    headers["content-type"] = media if body else taken[0]


def _bytes(event: dict[str, Any]) -> bytes:
    body: str = event.get("body") or ""
    try:
        # A half of a character, which a gateway may hand on in a text, is no UTF-8 either.
        return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except ValueError:
        raise _no_text() from None


def _no_text() -> ValidationFailed:
    return ValidationFailed(details=[("body", "The body is not UTF-8 text")])


def _check_headers(headers: dict[str, str], media: str, parameters: Iterable[str], taken: Sequence[str]) -> None:
    if media not in taken:
        raise UnsupportedMediaType(f"Send the body as {taken[0]}.")
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("Send the body as it is, not compressed.")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip('"').lower() not in {"utf-8", "utf8"}:
            raise UnsupportedMediaType("Send the body in UTF-8.")


def _text(body: bytes) -> str:
    try:
        text = body.decode()
    except ValueError:
        raise _no_text() from None
    if _LOST in text:
        raise _no_text()
    return text


def _fields(media: str, body: bytes) -> str:
    """Return the fields of a multipart form as a plain form has them; a file is none of ours."""
    from email import message_from_bytes
    from email.policy import HTTP

    whole = message_from_bytes(b"Content-Type: " + media.encode("ascii", "replace") + b"\r\n\r\n" + body, policy=HTTP)
    if not whole.is_multipart():
        raise ValidationFailed(details=[("body", "The body is no form")])
    fields = []
    for part in whole.iter_parts():
        name, value = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(value, bytes):
            raise ValidationFailed(details=[("body", "The body is no form")])
        fields.append((name, _text(value)))
    return urlencode(fields)


def _check_form(text: str) -> None:
    try:
        fields = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise _no_text() from None
    except ValueError:
        raise ValidationFailed(details=[("body", f"At most {MAX_FIELDS} fields are possible")]) from None
    _text("".join(value for _, value in fields).encode())
    _unique(fields)


def read_json(text: str) -> Any:
    """Return what a JSON text says.

    Raises:
        ValidationFailed: it is no JSON, or an object in it has a key twice (RFC 8259, 4: readers differ then).
    """
    try:
        read = from_json(text, allow_inf_nan=False)
    except ValueError:
        raise ValidationFailed(details=[("body", "The body is not JSON")]) from None
    # The same text again by a reader that shows every key; numbers are not read, because that has no bounds here.
    json.loads(text, object_pairs_hook=_unique, parse_int=str, parse_float=str)
    return read


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValidationFailed(details=[(twice[:_LONGEST_KEY], "It is given twice")])
    return found
