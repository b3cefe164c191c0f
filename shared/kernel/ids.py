"""Identifiers: prefixed and time-ordered (``usr_…``, ``str_…``), or derived from a durable key.

The body is a UUIDv7 (RFC 9562) in Crockford base 32: 26 characters that sort by creation time.
"""

import hashlib
import os
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def _base32(value: int) -> str:
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def new_id(prefix: str) -> str:
    """Return a new identifier, e.g. ``usr_01k…``; ids made later sort later (to the millisecond)."""
    random = int.from_bytes(os.urandom(10))
    value = (time.time_ns() // 1_000_000) << 80
    value |= 0x7 << 76 | (random >> 4 & ((1 << 12) - 1)) << 64 | 0b10 << 62 | (random >> 18)
    return f"{prefix}_{_base32(value)}"


def derived_id(prefix: str, *parts: str) -> str:
    """Return the identifier that the same parts always give: a retry finds what the first try made."""
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{_base32(int.from_bytes(digest[:16]))}"
