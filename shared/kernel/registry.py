"""Every declared function, found by its file: ``functions/<domain>/<verb_noun>.py``."""

import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from shared.kernel.declare import Function

ROOT = Path(__file__).resolve().parents[2]


def load(module: str) -> Function[Any, Any]:
    """Import one function's file and return the function it declares.

    Raises:
        LookupError: the file declares none, or more than one.
    """
    declared = [
        value
        for value in vars(importlib.import_module(module)).values()
        if isinstance(value, Function) and value.declaration.module == module
    ]
    if len(declared) != 1:
        raise LookupError(f"{module} must declare exactly one function, it declares {len(declared)}")
    return declared[0]


def _modules() -> Iterator[str]:
    for path in sorted((ROOT / "functions").glob("*/*.py")):
        if path.stem != "__init__":
            yield f"functions.{path.parent.name}.{path.stem}"


@cache
def functions() -> tuple[Function[Any, Any], ...]:
    """Return every declared function, ordered by domain and file name."""
    return tuple(load(module) for module in _modules())
