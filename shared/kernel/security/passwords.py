"""Passwords: prepared as RFC 8265 says, hashed with Argon2id and the parameters of D-37 (19 MiB, 2 passes, 1 lane)."""

from functools import cache
from typing import TYPE_CHECKING

from shared.kernel.text.speech import Sentence

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1

NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$YBjwjG1/k0V1g24+/khA/Q$KVj//4FmZm8BdhUPISaKc44ykULJ+cUHK9whS1rT+jQ"
"""The hash of a random text that was thrown away: checking against it takes as long as against a real one."""


class Unusable(ValueError):
    """A password with characters that one cannot rely on typing again: control characters, or such as show nothing."""

    def __init__(self) -> None:
        super().__init__(
            Sentence("Letters, digits, signs and spaces are needed; this has characters that cannot be typed again")
        )


def prepared(password: str) -> str:
    """Return a password in the form that every keyboard's way of typing it gives (OpaqueString, RFC 8265 section 4.2).

    Composed characters and one kind of space; upper and lower case and wide and narrow letters stay different.

    Raises:
        Unusable: it has characters that the profile does not allow.
    """
    if password.isascii() and password.isprintable() and password:
        return password
    from precis_i18n import get_profile

    try:
        text: str = get_profile("OpaqueString").enforce(password)
    except UnicodeEncodeError:
        raise Unusable from None
    return text


def _forms(password: str) -> tuple[str, ...]:
    """Return the forms that a stored hash may be of: the prepared one, and what was typed, which was hashed before."""
    try:
        return tuple(dict.fromkeys((prepared(password), password)))
    except Unusable:
        return (password,)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)


def hash_password(password: str) -> str:
    """Return the hash to store, with its parameters and a fresh salt in it."""
    return _hasher().hash(_forms(password)[0])


def verify_password(hashed: str, password: str) -> bool:
    """Tell whether a password is the one that was hashed.

    Raises:
        InvalidHashError: the stored hash is none of Argon2.
    """
    return any(_matches(hashed, form) for form in _forms(password))


def _matches(hashed: str, form: str) -> bool:
    from argon2.exceptions import VerifyMismatchError

    try:
        return _hasher().verify(hashed, form)
    except VerifyMismatchError:
        return False


def outdated(hashed: str, password: str) -> bool:
    """Tell whether the hash of a right password was made with other parameters than today's, or of another form."""
    if _hasher().check_needs_rehash(hashed):
        return True
    forms = _forms(password)
    return len(forms) > 1 and not _matches(hashed, forms[0])
