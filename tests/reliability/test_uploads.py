"""Uploads, judged on a real engine: an address takes one type and one length, once, and nothing else."""

import urllib.request
from http import HTTPStatus
from urllib.error import HTTPError

import pytest

from shared.accountability.goals import uploads
from shared.accountability.goals.schemas import NewUpload
from shared.kernel.clock import system_clock
from shared.kernel.errors import ValidationFailed
from shared.kernel.storage.client import aws_client
from tests import environment
from tests.engine import REGION


def _put(url: str, body: bytes, content_type: str, *, condition: str | None = uploads.ABSENT) -> int:
    headers = {"Content-Type": content_type} | ({"If-None-Match": condition} if condition else {})
    request = urllib.request.Request(url, data=body, method="PUT", headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


@pytest.mark.covers("S-A-05")
def test_a_signed_address_takes_what_it_was_signed_for_once_and_only_that_can_be_logged(
    stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WELLSPRING_MEDIA_BUCKET", f"{stage}-media")
    environment.read_anew()
    uploads._signer.cache_clear()
    location = {"LocationConstraint": REGION}
    aws_client("s3").create_bucket(Bucket=f"{stage}-media", CreateBucketConfiguration=location)
    wanted = NewUpload(kind="photo", content_type="image/jpeg", bytes=5)
    place = uploads.prepare("usr_ada", wanted, operation="opn", now=system_clock().now())
    assert _put(place.url, b"hello", "text/html") == HTTPStatus.FORBIDDEN
    assert _put(place.url, b"hello, world", "image/jpeg") == HTTPStatus.FORBIDDEN
    assert _put(place.url.replace("usr_ada", "usr_bob"), b"hello", "image/jpeg") == HTTPStatus.FORBIDDEN
    assert _put(place.url, b"hello", "image/jpeg", condition=None) == HTTPStatus.FORBIDDEN
    with pytest.raises(ValidationFailed, match="not valid"):
        uploads.require("usr_ada", {"photo": place.id})
    assert _put(place.url, b"hello", "image/jpeg") == HTTPStatus.OK
    assert _put(place.url, b"other", "image/jpeg") == HTTPStatus.PRECONDITION_FAILED
    uploads.require("usr_ada", {"photo": place.id, "voice": None})
    with pytest.raises(ValidationFailed, match="not valid"):
        uploads.require("usr_bob", {"photo": place.id})
    with urllib.request.urlopen(str(uploads.address("usr_ada", place.id))) as answer:
        assert (answer.read(), answer.headers["content-type"]) == (b"hello", "image/jpeg")
    uploads._signer.cache_clear()
