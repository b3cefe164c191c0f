"""What identity decides: roles and permissions, passwords, refresh tokens. Pure: facts in, decision out."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from shared.kernel.domains import domains
from shared.kernel.text.speech import Sentence

Role = Literal["viewer", "creator", "moderator", "guide", "admin"]

ROLES: tuple[str, ...] = get_args(Role)
"""Roles, lowest first (S-P-06, D-19). Everyone is a viewer first."""

TENANT_MARK = "@"
"""Parts a role or a permission from the tenant it holds in; a global one has no such part."""

OVERLAP = timedelta(seconds=10)
"""How long the token before the present one still gives the present one, for replies that were lost (X-P-14)."""

CLAIM_LIFE = timedelta(hours=24)
"""How long a registration holds an address that nobody has confirmed, and the link that confirms it is good."""

RESET_LIFE = timedelta(hours=1)
"""How long the link that sets a password is good."""

LAST_RESET_LIFE = timedelta(hours=24)
"""How long the link in the last mail is good that may go out for now: until the next one may, whoever used them up."""

MIN_PASSWORD = 8
MAX_PASSWORD = 128


def grant(role: str, tenant_id: str | None = None) -> str:
    """Return a grant as it is stored: a role, or a role within a tenant."""
    return role if tenant_id is None else f"{role}{TENANT_MARK}{tenant_id}"


def permissions(grants: Iterable[str]) -> frozenset[str]:
    """Return what grants permit; within a tenant as ``<permission>@<tenant>``."""
    found: set[str] = set()
    for role, mark, tenant in (granted.partition(TENANT_MARK) for granted in grants):
        found |= {permission + mark + tenant for permission in _permitted(role)}
    return frozenset(found)


def _permitted(role: str) -> Iterator[str]:
    """Yield what a role permits, as the domains declare it (S-P-07)."""
    for domain in domains():
        yield from domain.permissions.get(role, ())


def highest(grants: Iterable[str]) -> str:
    """Return the highest global role as other services know it, e.g. ``VIEWER`` (S-P-06)."""
    held = set(grants)
    return next((role for role in reversed(ROLES) if role in held), "viewer").upper()


def password_problems(password: str) -> list[str]:
    """Return what is wrong with a new password, in words (S-P-13, D-37, X-P-27)."""
    rules = [
        (MIN_PASSWORD <= len(password) <= MAX_PASSWORD, Sentence("8 to 128 characters are needed")),
        (any(letter.isupper() for letter in password), Sentence("An uppercase letter is needed")),
        (any(letter.isdigit() for letter in password), Sentence("A digit is needed")),
        (any(not letter.isalnum() for letter in password), Sentence("A special character is needed")),
        (not _common(password), Sentence("This password is among the first that anyone would guess")),
    ]
    return [problem for fine, problem in rules if not fine]


_LOOKALIKES = str.maketrans("@4310$57!", "aaeiossti")
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")


@cache
def _common_cores() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text().split())


def _common(password: str) -> bool:
    """Tell whether nothing is left of a password but a common one, once digits and signs around it are taken away."""
    text = password.casefold()
    core = _EDGES.sub("", text)
    return not _common_cores().isdisjoint({text, core, core.translate(_LOOKALIKES)})


class Use(Enum):
    """What a genuine refresh token means for its family."""

    ROTATE = "rotate"
    REPEAT = "repeat"
    REUSED = "reused"


def use_of(presented: int, *, present: int, rotated_at: datetime, now: datetime) -> Use:
    """Decide on a refresh token by its place in its family (X-P-14).

    The present one moves the family on. The one before it gives the present one again for 10 seconds. Anything older is
    in two hands.
    """
    if presented == present:
        return Use.ROTATE
    if presented == present - 1 and now - rotated_at <= OVERLAP:
        return Use.REPEAT
    return Use.REUSED
