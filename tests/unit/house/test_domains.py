"""Domains: each says everything about itself in its own rooms, and knows the others by their faces only."""

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest

from shared.kernel.config import Settings, setting_names
from shared.kernel.domains import Domain, domains, named
from shared.kernel.registry import ROOT, functions
from tests.imports import imported, sources, tree

NAMES = sorted(path.parent.name for path in (ROOT / "shared").glob("*/domain.py") if path.parent.name != "kernel")
LIGHT = {"dataclasses", "datetime", "shared.kernel.categories", "shared.kernel.domains"}

PRODUCTS = ("accountability", "live", "payments")
"""Domains as those to come will be: nothing stands on them."""

CENTRAL = {"pyproject.toml"}
"""Where a new domain is entered: its layer, and the family of third-party code if it has one."""

BY_HAND = {"infra/operations/replay_inbox.py"}
"""Commands for one provider."""


def test_every_domain_declares_itself() -> None:
    packages = {path.parent.name for path in (ROOT / "shared").glob("*/__init__.py")} - {"kernel"}
    assert set(NAMES) == packages
    assert {domain.name for domain in domains()} == packages | {"platform"}


@pytest.mark.parametrize("domain", [*NAMES, "kernel"])
def test_a_declaration_is_light(domain: str) -> None:
    found = imported(ROOT / f"shared/{domain}/domain.py", later=True)
    assert {name for name in found if not any(name == one or name.startswith(f"{one}.") for one in LIGHT)} == set()


def test_reading_the_declarations_imports_no_domain() -> None:
    script = "import sys; from shared.kernel.domains import domains; domains(); print(*sys.modules, sep=chr(10))"
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True)
    loaded = {name for name in told.stdout.split() if name.startswith("shared.") and "kernel" not in name}
    assert loaded == {f"shared.{name}.domain" for name in NAMES}


def test_whoever_imports_a_declaration_before_or_after_it_was_read_gets_the_same() -> None:
    for name in NAMES:
        declared = import_module(f"shared.{name}.domain").DOMAIN
        assert [domain for domain in domains() if domain is declared] == [declared]


@pytest.mark.parametrize("what", ["rates", "secrets", "local_settings", "samples"])
def test_nothing_is_declared_twice(what: str) -> None:
    counted = Counter(chain.from_iterable(getattr(domain, what) for domain in domains()))
    assert [name for name, count in counted.items() if count > 1] == []


def test_no_setting_and_no_category_is_declared_twice() -> None:
    kinds = [Settings, *(domain.settings for domain in domains() if domain.settings)]
    assert len(setting_names()) == sum(len(fields(kind)) for kind in kinds)
    categories = [category.name for domain in domains() for category in domain.categories]
    assert len(categories) == len(set(categories))


def test_a_local_value_is_of_a_setting_that_is_declared() -> None:
    for domain in domains():
        known = {one.name for one in fields(domain.settings)} if domain.settings else set()
        assert domain.local_settings.keys() <= known, domain.name


def test_a_domain_permits_what_is_its_own() -> None:
    for domain in domains():
        own = {"realtime"} if domain.name == "platform" else {domain.name}
        for permitted in domain.permissions.values():
            assert {permission.partition(":")[0] for permission in permitted} <= own


def _named(domain: Domain) -> Iterator[str]:
    yield from (*domain.channels, *domain.clock_marks)
    yield from ([domain.local_seed] if domain.local_seed else [])
    yield from ([f"{domain.statements}:STATEMENTS", f"{domain.statements}:words_of"] if domain.statements else [])


@pytest.mark.parametrize("domain", domains(), ids=lambda domain: domain.name)
def test_what_a_declaration_names_is_there(domain: Domain) -> None:
    for reference in _named(domain):
        assert named(reference)
    modules = {function.declaration.module for function in functions()}
    assert {f"functions.{domain.name}.{name}" for name in domain.hot} <= modules


def _home(module: str) -> str:
    return module.split(".")[1]


def _inner(module: str, path: Path) -> Iterator[str]:
    """Yield what a file takes from another domain other than by the names of that package, or of a part of it."""
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        parts = node.module.split(".")
        if parts[0] != "shared" or (len(parts) > 1 and parts[1] not in NAMES):
            continue
        if len(parts) == 1 or parts[1] == _home(module):
            continue
        face = getattr(import_module(node.module), "__all__", ())
        yield from (f"{node.module}.{alias.name}" for alias in node.names if alias.name not in face)


WHOLE = {
    "shared.live.metering": "what is being watched is a part of what somebody has",
}
"""Parts of a domain that are a face of their own, imported as such."""


@pytest.mark.parametrize("module", sorted(sources("shared", "functions")))
def test_a_domain_knows_another_by_its_face(module: str) -> None:
    if module.count(".") and module.split(".")[1] != "kernel":
        events = re.compile(r"shared\.\w+\.events\.\w+")
        found = {one for one in _inner(module, sources("shared", "functions")[module]) if not events.fullmatch(one)}
        assert found <= WHOLE.keys()


def _central() -> Iterator[Path]:
    """Yield the files of the system that no domain owns; the local stack's stories and providers are no part of it."""
    own = re.compile(r"(shared|functions)/(?!kernel/)\w+/|infra/local/(journeys|simulators|node_modules)/")
    for path in chain(*((ROOT / folder).rglob("*.py") for folder in ("shared", "functions", "infra"))):
        if not own.match(str(path.relative_to(ROOT))):
            yield path
    yield ROOT / "pyproject.toml"
    yield ROOT / "Makefile"


@pytest.mark.parametrize("domain", PRODUCTS)
def test_a_new_domain_touches_one_central_file(domain: str) -> None:
    mention = re.compile(rf"\b(shared|functions)[./]{domain}\b|^layers = .*\({domain}\)", re.MULTILINE)
    found = {str(path.relative_to(ROOT)) for path in _central() if mention.search(path.read_text())}
    assert found - BY_HAND == CENTRAL
