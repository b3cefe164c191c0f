"""Handlers stay what they are for: a declaration, and one call of a use case."""

import ast
from collections.abc import Iterator

import pytest

from shared.kernel.registry import functions
from tests.imports import imported, sources, tree

LINES = 25

FILES = sources("functions")
SHARED = sources("shared")

MAY_READ_ENVIRONMENT = {"shared.kernel.config", "shared.kernel.entry"}
MAY_READ_TIME = {"shared.kernel.clock", "shared.kernel.ids", "shared.kernel.storage.tries"}
"""Besides the clock: random ids, and waits before a retry."""


def _handler(module: str) -> ast.FunctionDef:
    found = [node for node in tree(FILES[module]).body if isinstance(node, ast.FunctionDef)]
    assert len(found) == 1, f"{module} has one function, its handler"
    return found[0]


def _dotted(module_tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(module_tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_handler_is_short(module: str) -> None:
    handler = _handler(module)
    assert (handler.end_lineno or 0) - handler.lineno + 1 <= LINES


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_handler_is_named_for_its_file_and_says_what_it_does(module: str) -> None:
    handler = _handler(module)
    assert handler.name == module.rpartition(".")[2]
    assert (ast.get_docstring(handler) or "").partition("\n")[0].endswith(".")


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_handler_has_no_control_flow_for_errors(module: str) -> None:
    assert not [node for node in ast.walk(tree(FILES[module])) if isinstance(node, ast.Try)]


@pytest.mark.parametrize("module", sorted(FILES))
def test_a_handler_knows_no_sdk_and_no_storage(module: str) -> None:
    used = imported(FILES[module], later=True)
    assert not {name for name in used if name.partition(".")[0] in {"boto3", "botocore", "os", "pynamodb"}}
    assert "shared.kernel.storage" not in used


@pytest.mark.parametrize("module", sorted(SHARED | FILES))
def test_only_configuration_reads_the_environment(module: str) -> None:
    used = set(_dotted(tree((SHARED | FILES)[module]))) & {"os.environ", "os.getenv", "os.putenv"}
    assert not used or module in MAY_READ_ENVIRONMENT


@pytest.mark.covers("X-O-04")
@pytest.mark.parametrize("module", sorted(SHARED | FILES))
def test_only_the_clock_tells_the_time(module: str) -> None:
    told = {
        "datetime.now",
        "datetime.utcnow",
        "date.today",
        "time.time",
        "time.time_ns",
        "time.sleep",
    }
    assert not set(_dotted(tree((SHARED | FILES)[module]))) & told or module in MAY_READ_TIME


def test_every_file_declares_one_function() -> None:
    assert {function.declaration.module for function in functions()} == FILES.keys()
    assert len({function.declaration.name for function in functions()}) == len(FILES)
