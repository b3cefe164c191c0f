"""Photos, videos and voice: sent to and read from a private bucket at addresses signed for one object (S-A-05).

An object's key is made of its owner and its id, and an address makes an object once: what a log shows is what was there
when it was written. A log can only refer to what its own writer has sent.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import Any

from shared.accountability.domain import AccountabilitySettings
from shared.accountability.goals.schemas import NewUpload, UploadKind, UploadView
from shared.kernel.config import settings_of
from shared.kernel.errors import Unavailable, ValidationFailed
from shared.kernel.ids import derived_id
from shared.kernel.storage.client import aws_client

LIFE = timedelta(minutes=15)
"""How long an address is good for."""

ABSENT = "*"
"""``If-None-Match``: an address that was used makes nothing more (RFC 9110, 13.1.2)."""

_MB = 1024 * 1024

PREFIXES: dict[UploadKind, str] = {"photo": "pho", "video": "vid", "voice": "voi"}
LARGEST: dict[UploadKind, int] = {"photo": 10 * _MB, "video": 200 * _MB, "voice": 20 * _MB}
TYPES: dict[UploadKind, frozenset[str]] = {
    "photo": frozenset({"image/heic", "image/jpeg", "image/png", "image/webp"}),
    "video": frozenset({"video/mp4", "video/quicktime", "video/webm"}),
    "voice": frozenset({"audio/aac", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav", "audio/webm"}),
}


@cache
def _signer() -> Any:
    """Return the client of the bucket; its signatures fix every header that is given, and signing asks nobody."""
    return aws_client("s3", config={"signature_version": "s3v4"})


def _key(user_id: str, upload_id: str) -> str:
    return f"media/{user_id}/{upload_id}"


def _signed(method: str, **parameters: Any) -> str:
    parameters = {"Bucket": settings_of(AccountabilitySettings).media_bucket, **parameters}
    url: str = _signer().generate_presigned_url(method, Params=parameters, ExpiresIn=int(LIFE.total_seconds()))
    return url


def prepare(user_id: str, wanted: NewUpload, *, operation: str, now: datetime) -> UploadView:
    """Return where a file can be sent, once; its type and its length are part of the signature.

    Raises:
        ValidationFailed: a type or a length that its kind does not take.
    """
    if wanted.content_type not in TYPES[wanted.kind]:
        raise ValidationFailed(details=[("contentType", f"One of {', '.join(sorted(TYPES[wanted.kind]))}")])
    if wanted.bytes > LARGEST[wanted.kind]:
        raise ValidationFailed(details=[("bytes", f"At most {LARGEST[wanted.kind]} for a {wanted.kind}")])
    upload_id = derived_id(PREFIXES[wanted.kind], user_id, operation)
    key = _key(user_id, upload_id)
    url = _signed(
        "put_object", Key=key, ContentType=wanted.content_type, ContentLength=wanted.bytes, IfNoneMatch=ABSENT
    )
    headers = {
        "Content-Type": wanted.content_type,
        "Content-Length": str(wanted.bytes),
        "If-None-Match": ABSENT,
    }
    return UploadView(id=upload_id, url=url, headers=headers, expires_at=now + LIFE)


def require(user_id: str, values: Mapping[str, Any]) -> None:
    """Hold what a log refers to, by field, to what its writer has sent. A call for each.

    Raises:
        ValidationFailed: nothing was sent to the address that was made for it.
        Unavailable: storage does not answer.
    """
    named = {kind: values[kind] for kind in PREFIXES if values.get(kind)}
    if missing := [kind for kind, upload_id in named.items() if not _is_sent(user_id, upload_id)]:
        raise ValidationFailed(details=[(kind, "Nothing was uploaded under this id") for kind in missing])


def _is_sent(user_id: str, upload_id: str) -> bool:
    from botocore.exceptions import ClientError, HTTPClientError

    try:
        _signer().head_object(Bucket=settings_of(AccountabilitySettings).media_bucket, Key=_key(user_id, upload_id))
    except HTTPClientError as silence:
        raise Unavailable from silence
    except ClientError as refused:
        # Who may not list a bucket is not told that an object is missing, only refused.
        if refused.response["ResponseMetadata"]["HTTPStatusCode"] in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            return False
        raise Unavailable from refused
    return True


def address(user_id: str, upload_id: str | None) -> str | None:
    """Return where a file can be read, ``None`` where there is none."""
    return _signed("get_object", Key=_key(user_id, upload_id)) if upload_id else None
