"""Seeded bugs: one function's source with one thing changed, put in its place for as long as a test runs."""

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

import pytest


@dataclass(frozen=True, slots=True)
class Mutant:
    """A seeded bug.

    Attributes:
        bug: what goes wrong.
        module: where.
        name: the function, or the text constant, that is changed.
        old: what its source says.
        new: what the mutant says instead.
    """

    bug: str
    module: str
    name: str
    old: str
    new: str

    def __post_init__(self) -> None:
        """Be known, so that one that does not fit the code any more is found."""
        KNOWN.append(self)


KNOWN: list[Mutant] = []


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """Plant a bug. Whoever imported the function by name gets the bug too: its code is changed in place.

    Raises:
        LookupError: the source does not say that any more.
    """
    module = import_module(mutant.module)
    target = getattr(module, mutant.name)
    with pytest.MonkeyPatch.context() as patch:
        if isinstance(target, str):
            patch.setattr(module, mutant.name, _changed(mutant, target))
        else:
            source = _changed(mutant, textwrap.dedent(inspect.getsource(target)))
            made: dict[str, object] = {}
            exec(compile(source, f"<{mutant.bug}>", "exec"), vars(module) | made, made)
            patch.setattr(target, "__code__", made[mutant.name].__code__)  # type: ignore[attr-defined]
        yield


def _changed(mutant: Mutant, text: str) -> str:
    if text.count(mutant.old) != 1:
        raise LookupError(f"{mutant.name} says {mutant.old!r} {text.count(mutant.old)} times")
    return text.replace(mutant.old, mutant.new)
