"""Opaque tokens that are stored nowhere: derived from a secret and a random seed in an item.

Neither the table nor the secret alone gives a token away, and making a token again gives the same one: a reply or a
mail that was lost can be repeated without a second live token.
"""

import base64
import hashlib
import hmac
import os

from shared.kernel.secrets import secret

SECRET = "derived-tokens"  # noqa: S105 - the secret's name
_SEED_BYTES = 32


def new_seed() -> str:
    """Return the random seed (256 bits) of the tokens of one item."""
    return os.urandom(_SEED_BYTES).hex()


def derive(purpose: str, seed: str, *parts: str) -> str:
    """Return the token (256 bits, 43 URL-safe characters) for a purpose and the parts that tell it from others."""
    message = "\x1f".join((purpose, seed, *parts)).encode()
    tag = hmac.digest(secret(SECRET).encode(), message, hashlib.sha256)
    return base64.urlsafe_b64encode(tag).decode().rstrip("=")


def same(presented: str, derived: str) -> bool:
    """Tell in constant time whether a presented token is the derived one."""
    return hmac.compare_digest(presented.encode(), derived.encode())
