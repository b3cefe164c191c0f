"""What a domain tells the rest of the system about itself: ``DOMAIN`` in ``shared/<domain>/domain.py``.

Data only. The files are found beside the items, as tables are, and read without their packages: whoever looks up a
permission at its start does not import what the domains do. What is code is named, ``<module>:<name>``, and imported by
who uses it.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from shared.kernel.categories import Category

SHARED = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``limit`` requests in any ``seconds``."""

    limit: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Generated:
    """A secret that is a random text, which only this system needs to know."""

    purpose: str


@dataclass(frozen=True, slots=True)
class Local:
    """The local stage's value of a secret's field: of an environment variable of the deploying process, or this."""

    variable: str
    value: str


@dataclass(frozen=True, slots=True)
class Provided:
    """A JSON secret whose values a provider issues.

    Attributes:
        purpose: what it is for.
        fields: what it consists of.
    """

    purpose: str
    fields: Mapping[str, Local]


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """What a domain declares.

    Attributes:
        name: the folder's.
        product: whose brand its pages and messages speak for where they do not know better
            (``shared.kernel.brands.Product``).
        permissions: what each role may do here (S-P-07, D-19); ``viewer`` is everyone.
        rates: rate classes of its own (S-P-26).
        settings: frozen dataclass of what a deployment may tell it, each field with a default; read by
            ``shared.kernel.config.settings_of``.
        local_settings: values of them on the local stage.
        secrets: by the names that functions declare.
        channels: kinds of live channels (``shared.kernel.realtime.ChannelKind``), by their names in code.
        categories: kinds of messages that it sends.
        local_seed: what it puts into a fresh local stack, by the function's name in code; takes the instant.
        clock_marks: items that note when something last ran, by their class's name in code: a clock that is moved on
            takes them along.
        statements: the module of what people agree to here (``STATEMENTS``, ``words_of``).
        samples: values of fields in the documents, by field.
        hot: names of its functions whose start a person waits for most often.
    """

    name: str
    product: str = "accounts"
    permissions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rates: Mapping[str, Rate] = field(default_factory=dict)
    settings: type | None = None
    local_settings: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Generated | Provided] = field(default_factory=dict)
    channels: tuple[str, ...] = ()
    categories: tuple[Category, ...] = ()
    local_seed: str = ""
    clock_marks: tuple[str, ...] = ()
    statements: str = ""
    samples: Mapping[str, Any] = field(default_factory=dict)
    hot: frozenset[str] = frozenset()


@cache
def domains() -> tuple[Domain, ...]:
    """Return what every domain declares, ordered by name."""
    found: list[Domain] = [_read(path).DOMAIN for path in SHARED.glob("*/domain.py")]
    return tuple(sorted(found, key=lambda domain: domain.name))


def declared_secrets() -> dict[str, Generated | Provided]:
    """Return every secret by its name."""
    return {name: secret for domain in domains() for name, secret in domain.secrets.items()}


def _read(path: Path) -> ModuleType:
    """Return a module without importing the package that it is in."""
    name = f"{SHARED.name}.{path.parent.name}.{path.stem}"
    if name not in sys.modules:
        spec = spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise ImportError(name)
        module = sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


def named(reference: str) -> Any:
    """Import what a declaration names as ``<module>:<name>``."""
    module, _, name = reference.partition(":")
    return getattr(import_module(module), name)
