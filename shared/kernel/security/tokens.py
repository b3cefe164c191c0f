"""Access tokens: what they claim, and how they are checked (RFC 9068, RFC 8725; S-P-05, S-P-10, D-21).

Issuer and audience name the stage, so that a token of one deployment means nothing to another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.kernel.clock import to_ms
from shared.kernel.config import settings
from shared.kernel.ids import new_id
from shared.kernel.names import prefixed
from shared.kernel.security.keys import ALGORITHM, Jwk, sign_token

KIND = "at+jwt"
SKEW = timedelta(seconds=30)
"""How far ahead the issuing machine's clock may be."""

_REQUIRED = ("iss", "aud", "sub", "sid", "iat", "exp", "jti")
_MAX_CHARACTERS = 4096


class InvalidToken(Exception):
    """It is not a valid access token of this deployment."""


class UnknownKey(InvalidToken):
    """It names a key that is not among the given ones: the caller may hold an old set."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom an access token is about. ``role`` is the highest, for other services; permissions are never in a token."""

    user_id: str
    session_id: str
    email: str
    role: str
    verified: bool


def issuer() -> str:
    """Return the issuer of this stage's tokens."""
    return prefixed(settings().stage, "identity")


def audience() -> str:
    """Return the audience of this stage's tokens."""
    return prefixed(settings().stage, "api")


def issue(subject: Subject, *, now: datetime) -> tuple[str, int]:
    """Return a signed access token and its life in seconds."""
    life = settings().access_token_minutes * 60
    issued = to_ms(now) // 1000
    claims = {
        "iss": issuer(),
        "aud": audience(),
        "sub": subject.user_id,
        "sid": subject.session_id,
        "jti": new_id("tok"),
        "iat": issued,
        "exp": issued + life,
        "userId": subject.user_id,
        "email": subject.email,
        "role": subject.role,
        "emailVerified": subject.verified,
    }
    return sign_token(claims, kind=KIND), life


def check(token: str, keys: Mapping[str, Jwk], *, now: datetime) -> tuple[str, str]:
    """Return the user and the session that a valid access token names.

    Only RS256 by a known key counts; nothing that the token itself says chooses how it is checked.

    Raises:
        UnknownKey: it names none of the keys.
        InvalidToken: it is anything else than a valid access token at this instant.
    """
    import jwt

    try:
        key = _key(_header(token), keys)
        claims = jwt.decode(
            token,
            jwt.PyJWK(key, ALGORITHM),
            algorithms=[ALGORITHM],
            audience=audience(),
            issuer=issuer(),
            options={"require": list(_REQUIRED), "strict_aud": True, "verify_exp": False, "verify_iat": False},
        )
    except jwt.InvalidTokenError as invalid:
        raise InvalidToken from invalid
    _check_time(claims, to_ms(now) // 1000)
    if not all(isinstance(claims[name], str) and claims[name] for name in ("sub", "sid")):
        raise InvalidToken
    return claims["sub"], claims["sid"]


def _header(token: str) -> dict[str, Any]:
    import jwt

    if len(token) > _MAX_CHARACTERS:
        raise InvalidToken
    return jwt.get_unverified_header(token)


def _key(header: Mapping[str, Any], keys: Mapping[str, Jwk]) -> Jwk:
    if header.get("alg") != ALGORITHM or header.get("typ") != KIND or not isinstance(header.get("kid"), str):
        raise InvalidToken
    if header["kid"] not in keys:
        raise UnknownKey
    return keys[header["kid"]]


def _check_time(claims: Mapping[str, Any], seconds: int) -> None:
    """Compare with the given clock: the library asks the machine's own."""
    issued, expires = claims["iat"], claims["exp"]
    if any(isinstance(claim, bool) or not isinstance(claim, int) for claim in (issued, expires)):
        raise InvalidToken
    if not issued - SKEW.total_seconds() <= seconds < expires:
        raise InvalidToken
