"""Checks of what providers sign."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.security.signatures import TOLERANCE, BadSignature, require_fresh, require_hmac_sha256

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def made(content: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


@given(st.binary(), st.text(min_size=1).filter(str.isprintable), st.text(min_size=1).filter(str.isprintable))
def test_a_signature_is_good_for_its_secret_only(content: bytes, secret: str, other: str) -> None:
    require_hmac_sha256(content, [made(content, secret)], [secret])
    if other != secret:
        with pytest.raises(BadSignature):
            require_hmac_sha256(content, [made(content, secret)], [other])


def test_an_empty_secret_matches_nothing() -> None:
    with pytest.raises(BadSignature):
        require_hmac_sha256(b"content", [made(b"content", "")], ["", ""])


def test_nothing_matches_nothing() -> None:
    for signatures, secrets in (([], ["s"]), ([""], ["s"]), ([made(b"c", "s")], []), ([], [])):
        with pytest.raises(BadSignature):
            require_hmac_sha256(b"c", signatures, secrets)


@given(st.lists(st.text()))
def test_no_text_breaks_the_check(signatures: list[str]) -> None:
    with pytest.raises(BadSignature):
        require_hmac_sha256(b"content", signatures, ["secret"])


@given(st.integers(-10_000, 10_000))
def test_the_window_is_as_wide_ahead_as_behind(seconds: int) -> None:
    stamp = str(int((NOW + timedelta(seconds=seconds)).timestamp()))
    if abs(seconds) <= TOLERANCE.total_seconds():
        require_fresh(stamp, now=NOW)
    else:
        with pytest.raises(BadSignature):
            require_fresh(stamp, now=NOW)


@given(st.text().filter(lambda text: not (text.isascii() and text.isdigit())))
def test_a_time_is_digits(stamp: str) -> None:
    with pytest.raises(BadSignature):
        require_fresh(stamp, now=NOW)
