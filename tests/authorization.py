"""Who may call what: the rows of every domain, ``tests/handlers/<domain>/authorization_rows.py``."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from shared.kernel.registry import ROOT

EVERYBODY = "everybody"
ANYONE_SIGNED_IN = frozenset({"viewer"})
"""Everybody who signed in is a viewer, whatever else they are."""
CREATORS = frozenset({"creator", "admin"})
ADMINS = frozenset({"admin"})
GUIDES = frozenset({"guide", "admin"})

USER = {"user_id": "usr_owner"}
REASON = {"reason": "Reported by three viewers."}


@dataclass(frozen=True)
class Row:
    """One endpoint.

    Attributes:
        who: roles that get in, or ``EVERYBODY``.
        unconfirmed: also without a confirmed address.
        owned: path or body of an object of ``usr_owner`` that nobody else may reach; ``<viewing>`` stands for the id of
            the viewing session.
        named: path of something that has no owner in this sense, but may not exist.
        body: a body that would be fine for the owner.
        beyond: roles that may reach other people's all the same.
        everybodys: it shows to everybody what is everybody's, whoever it is of.
    """

    who: frozenset[str] | str
    unconfirmed: bool = False
    owned: dict[str, str] | None = None
    named: dict[str, str] | None = None
    body: dict[str, Any] | None = None
    beyond: frozenset[str] = field(default_factory=frozenset)
    everybodys: bool = False


def rows() -> dict[str, Row]:
    """Return every domain's rows by their routes."""
    files = sorted((ROOT / "tests/handlers").glob("*/authorization_rows.py"))
    modules = [import_module(f"tests.handlers.{path.parent.name}.{path.stem}") for path in files]
    return {route: row for module in modules for route, row in module.ROWS.items()}
