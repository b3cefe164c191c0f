"""Setting a password: judged, prepared, hashed; with it every sign-in until now is over."""

from pynamodb.expressions.update import Action

from shared.identity import rules
from shared.identity.items import Account
from shared.kernel.errors import ValidationFailed
from shared.kernel.security.passwords import Unusable, hash_password, prepared


def hashed(password: str, *, field: str = "password") -> str:
    """Return the hash of a new password.

    Raises:
        ValidationFailed: it is too weak, or has characters that no keyboard gives again; every reason is told.
    """
    try:
        problems = rules.password_problems(prepared(password))
    except Unusable as unusable:
        problems = [str(unusable)]
    if problems:
        raise ValidationFailed(details=[(field, problem) for problem in problems])
    return hash_password(password)


def setting(password: str) -> tuple[Action, Action]:
    """Return the actions that set an account's password.

    Raises:
        ValidationFailed: see ``hashed``.
    """
    return Account.password_hash.set(hashed(password, field="newPassword")), Account.passwords_set.add(1)
