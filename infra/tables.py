"""The tables of all domains, found beside their items: ``shared/<domain>/items.py`` declares ``TABLE``."""

import importlib
from importlib.util import find_spec
from pathlib import Path

from shared.kernel import platform
from shared.kernel.storage.table import Table

SHARED = Path(__file__).resolve().parents[1] / "shared"


def tables() -> tuple[Table, ...]:
    """Return every domain's table, ordered by domain."""
    domains = sorted(path.parent.name for path in SHARED.glob("*/__init__.py") if path.parent.name != "kernel")
    modules = [f"shared.{domain}.items" for domain in domains if find_spec(f"shared.{domain}.items")]
    found: list[Table] = [platform.TABLE, *(importlib.import_module(module).TABLE for module in modules)]
    return tuple(sorted(found, key=lambda table: table.domain))
