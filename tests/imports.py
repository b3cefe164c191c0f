"""What the project's modules import, read from their source: at once, or later inside their functions."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from shared.kernel.registry import ROOT

OURS = ("shared", "functions", "infra")


def sources(*packages: str) -> dict[str, Path]:
    """Return the files of packages by module name."""
    found = {}
    for package in packages:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "node_modules" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(path: Path) -> ast.Module:
    """Return a file's syntax tree."""
    return ast.parse(path.read_text(), str(path))


def _names(node: ast.stmt) -> Iterator[str]:
    """Yield what an import statement names: modules, and members that may be modules."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def _statements(node: ast.AST, *, later: bool) -> Iterator[ast.stmt]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child
        elif not _for_types_only(child) and (later or not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)):
            yield from _statements(child, later=later)


@cache
def imported(path: Path, *, later: bool = False) -> frozenset[str]:
    """Return the names that a file imports at module level; with ``later`` those inside its functions as well."""
    return frozenset(name for node in _statements(tree(path), later=later) for name in _names(node))


def _with_packages(name: str) -> Iterator[str]:
    parts = name.split(".")
    yield from (".".join(parts[: length + 1]) for length in range(len(parts)))


def closure(module: str, *, later: bool = False) -> frozenset[str]:
    """Return every name that importing one of our modules imports, through whatever of ours it imports."""
    known = _ours()
    seen: set[str] = set()
    waiting = list(_with_packages(module))
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in known:
            waiting += [part for found in imported(known[name], later=later) for part in _with_packages(found)]
    return frozenset(seen)


@cache
def _ours() -> dict[str, Path]:
    return sources(*OURS)
