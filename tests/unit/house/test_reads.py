"""Which reads may be late. Every other read of a table is consistent; a new one that is not needs a reason here."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.imports import sources, tree
from tests.reads import may_be_late

READS = {"get", "get_many", "query", "query_all", "count"}


def test_every_read_that_may_be_late_has_a_reason() -> None:
    found = {name for module, path in sources("shared", "functions").items() for name in late(module, path)}
    assert found == may_be_late()


def late(module: str, path: Path) -> Iterator[str]:
    """Yield the functions of a module that ask for what may be late."""
    for function in ast.walk(tree(path)):
        if isinstance(function, ast.FunctionDef):
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            if any(_may_be_late(call) for call in calls):
                yield f"{module}.{function.name}"


def _may_be_late(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    asked = {keyword.arg: keyword.value for keyword in call.keywords}
    consistent = asked.get("consistent")
    return ("index" in asked and name in READS) or (isinstance(consistent, ast.Constant) and consistent.value is False)
