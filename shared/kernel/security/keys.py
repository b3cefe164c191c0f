"""Keys that sign tokens: RSA keys in KMS behind an alias, and their public parts as JSON Web Keys (RFC 7517)."""

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from shared.kernel.access import Access
from shared.kernel.config import settings
from shared.kernel.names import key_alias
from shared.kernel.storage.client import aws_client

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

KEY = "tokens"
ALGORITHM = "RS256"
KEPT_SECONDS = 300
"""How long a process remembers which key signs."""

SIGN = Access("tokens.sign", f"key:{KEY}", ("kms:Sign", "kms:GetPublicKey"))
READ_KEY = Access("tokens.read-key", f"key:{KEY}", ("kms:GetPublicKey",))

Jwk = dict[str, str]


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public part of the key behind the alias: itself, its thumbprint (``kid``), and its JWK."""

    key: "RSAPublicKey"
    kid: str
    jwk: Jwk


_kept: dict[str, tuple[float, PublicKey]] = {}


def forget() -> None:
    """Drop the client and what is remembered of the present key."""
    _kept.clear()
    _kms.cache_clear()


@cache
def _kms() -> Any:
    return aws_client("kms")


def alias() -> str:
    """Return the alias of the signing key of this stage."""
    return key_alias(settings().stage, KEY)


def thumbprint(jwk: Jwk) -> str:
    """Return a key's thumbprint (RFC 7638)."""
    canonical = json.dumps({name: jwk[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def fetch_present_key() -> PublicKey:
    """Ask KMS for the public part of the key behind the alias, and remember it.

    Raises:
        TypeError: the key is no RSA key.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key
    from jwt.algorithms import RSAAlgorithm

    reply = _kms().get_public_key(KeyId=alias())
    key = load_der_public_key(reply["PublicKey"])
    if not isinstance(key, RSAPublicKey):
        raise TypeError(f"{alias()} is no RSA key")
    numbers = RSAAlgorithm.to_jwk(key, as_dict=True)
    public = {"kty": "RSA", "n": numbers["n"], "e": numbers["e"]}
    kid = thumbprint(public)
    found = PublicKey(key, kid, public | {"kid": kid, "alg": ALGORITHM, "use": "sig"})
    _kept[alias()] = (time.monotonic(), found)
    return found


def present_key() -> PublicKey:
    """Return the public part of the key behind the alias, at most five minutes old."""
    kept = _kept.get(alias())
    if kept is None or time.monotonic() - kept[0] > KEPT_SECONDS:
        return fetch_present_key()
    return kept[1]


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def sign_token(claims: dict[str, Any], *, kind: str) -> str:
    """Return the signed token; ``kind`` is its ``typ``. Header and claims are at most 4096 bytes (KMS).

    The alias may have moved since its public part was read. A signature that the key named in the header does not
    confirm is thrown away, the present key is read, and the token is signed again.

    Raises:
        RuntimeError: the alias moved twice within one call.
    """
    for key_of in (present_key, fetch_present_key):
        token = _sign_as(key_of(), claims, kind)
        if token is not None:
            return token
    raise RuntimeError("the signing key changed while it was used")


def _sign_as(key: PublicKey, claims: dict[str, Any], kind: str) -> str | None:
    """Return the token under a header that names ``key``, ``None`` if another key signed it."""
    from jwt.algorithms import RSAAlgorithm

    header = {"alg": ALGORITHM, "kid": key.kid, "typ": kind}
    signed = ".".join(_base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    reply = _kms().sign(
        KeyId=alias(),
        Message=signed.encode(),
        MessageType="RAW",
        SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
    )
    signature: bytes = reply["Signature"]
    confirmed = RSAAlgorithm(RSAAlgorithm.SHA256).verify(signed.encode(), key.key, signature)
    return f"{signed}.{_base64url(signature)}" if confirmed else None


def replace_key() -> str:
    """Make a new signing key, put it behind the alias, and return its id.

    The caller keeps the public part of the key that it replaces. A failure between the two calls leaves an unused key.
    """
    made = _kms().create_key(
        KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY", Description=f"Signs access tokens ({settings().stage})"
    )
    key_id: str = made["KeyMetadata"]["KeyId"]
    _kms().update_alias(AliasName=alias(), TargetKeyId=key_id)
    _kept.pop(alias(), None)
    return key_id
