"""Bodies of forms: fields as text in UTF-8, each once, however they are sent."""

import base64
from typing import Any
from urllib.parse import parse_qs

import pytest

from shared.kernel.errors import ValidationFailed
from shared.kernel.shells.bodies import FORMS, URLENCODED, check

PARTS = 'multipart/form-data; boundary="x y"'


def _event(body: bytes, media: str, *, encoded: bool = True) -> dict[str, Any]:
    text = base64.b64encode(body).decode() if encoded else body.decode()
    return {"headers": {"content-type": media}, "body": text, "isBase64Encoded": encoded}


def _part(name: str, value: bytes) -> bytes:
    return b'--x y\r\nContent-Disposition: form-data; name="' + name.encode() + b'"\r\n\r\n' + value + b"\r\n"


def _checked(event: dict[str, Any]) -> dict[str, list[str]]:
    check(event, FORMS)
    assert event["headers"]["content-type"] == URLENCODED
    assert event["isBase64Encoded"] is False
    return parse_qs(event["body"], keep_blank_values=True)


@pytest.mark.parametrize("media", [URLENCODED, "Application/X-WWW-Form-URLencoded; charset=UTF-8"])
def test_a_form_is_read(media: str) -> None:
    assert _checked(_event(b"a=gr%C3%BC%C3%9F&b=", media)) == {"a": ["grüß"], "b": [""]}


@pytest.mark.parametrize("encoded", [True, False])
def test_a_form_in_parts_is_read(encoded: bool) -> None:
    body = _part("a", "grüß & 1=1".encode()) + _part("b", b"") + b"--x y--\r\n"
    assert _checked(_event(body, PARTS, encoded=encoded)) == {"a": ["grüß & 1=1"], "b": [""]}
    assert _checked(_event(body, PARTS.replace("m", "M", 1), encoded=encoded)).keys() == {"a", "b"}


@pytest.mark.parametrize(
    ("body", "media", "message"),
    [
        (b"a=%FF", URLENCODED, "The body is not UTF-8 text"),
        (b"a=%EF%BF%BD", URLENCODED, "The body is not UTF-8 text"),
        (b"a=\xff", URLENCODED, "The body is not UTF-8 text"),
        (b"a=1&b=2&a=1", URLENCODED, "It is given twice"),
        (b"&".join(b"f%d=" % number for number in range(101)), URLENCODED, "At most 100 fields are possible"),
        (_part("a", b"1") + _part("a", b"2") + b"--x y--", PARTS, "It is given twice"),
        (_part("a", b"\xff") + b"--x y--", PARTS, "The body is not UTF-8 text"),
        (b"--x y\r\n\r\n1\r\n--x y--", PARTS, "The body is no form"),
        (b"a=1", "multipart/form-data", "The body is no form"),
        (b"a=1", "multipart/form-data; boundary=ü\ud800", "The body is no form"),
    ],
)
def test_a_form_that_cannot_be_read_for_certain_is_refused(body: bytes, media: str, message: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        check(_event(body, media), FORMS)
    assert [text for _, text in refused.value.details] == [message]
