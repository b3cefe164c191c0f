"""Passwords: Argon2id with the parameters of D-37 (19 MiB, 2 passes, 1 lane)."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1

NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$YBjwjG1/k0V1g24+/khA/Q$KVj//4FmZm8BdhUPISaKc44ykULJ+cUHK9whS1rT+jQ"
"""The hash of a random text that was thrown away: checking against it takes as long as against a real one."""


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def hash_password(password: str) -> str:
    """Return the hash to store, with its parameters and a fresh salt in it."""
    return _hasher().hash(password)


def verify_password(hashed: str, password: str) -> bool:
    """Tell whether a password is the one that was hashed.

    Raises:
        InvalidHashError: the stored hash is none of Argon2.
    """
    from argon2.exceptions import VerifyMismatchError

    try:
        return _hasher().verify(hashed, password)
    except VerifyMismatchError:
        return False


def outdated(hashed: str) -> bool:
    """Tell whether a hash was made with other parameters than today's."""
    return _hasher().check_needs_rehash(hashed)
