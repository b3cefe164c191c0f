"""What a template may say: words, placeholders and plain conditions, in jinja2's syntax, and nothing else of it."""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from shared.messaging.templates.schemas import Wording

BUILT_IN = frozenset({"brand", "contact", "home"})
"""Variables that every template may use."""

INNER = "text"
"""In the form for one channel: the words themselves."""

PARTS = ("subject", "text", "plain", "sms", "mail", "spoken", "button")
_FORMS = frozenset({"sms", "mail", "spoken"})

_OWN = frozenset({"self", "super", "loop", "caller", "varargs", "kwargs"})
"""Names that mean something of the engine's own, whatever a template is given."""

_DEEPEST = 12
"""Levels of nodes: five conditions in one another."""

_ONLY = "only placeholders and plain conditions are allowed"


class Unfillable(Exception):
    """A template needs what it may not have, or what it was not given."""


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    # Neither functions nor filters: a name is what a template was given.
    for own in (made.globals, made.filters, made.tests):
        own.clear()
    return made


@lru_cache(maxsize=512)
def _compiled(source: str) -> Any:
    return _environment().from_string(source)


def fill(source: str, values: dict[str, str]) -> str:
    """Return a template's words with their placeholders filled.

    Raises:
        Unfillable: they cannot be.
    """
    from jinja2 import TemplateError

    try:
        words: str = _compiled(source).render(values)
    except TemplateError as wrong:
        raise Unfillable(str(wrong)) from None
    return words.strip()


def problems(wording: Wording) -> list[tuple[str, str]]:
    """Return what is wrong with a wording, as (field, message); empty when it can be used."""
    found: list[tuple[str, str]] = []
    used: set[str] = set()
    for part in PARTS:
        source = getattr(wording, part)
        if source is None:
            continue
        names, fault = _names(source)
        if fault:
            found.append((part, fault))
        used |= names - BUILT_IN - ({INNER} if part in _FORMS else set())
    if found:
        return found
    declared = set(wording.variables) | set(wording.optional)
    found = [("variables", f"{name} is used and not declared") for name in sorted(used - declared)]
    found += [("variables", f"{name} is declared and not used") for name in sorted(declared - used)]
    unknown = sorted(set(wording.content_variables) - set(wording.variables))
    return found + [("contentVariables", f"{name} is not one of the variables") for name in unknown]


def _names(source: str) -> tuple[set[str], str | None]:
    """Return the variables that a template uses, and what is wrong with it."""
    from jinja2 import TemplateSyntaxError, nodes

    try:
        tree = _environment().parse(source)
    except TemplateSyntaxError as wrong:
        return set(), f"line {wrong.lineno}: {wrong.message}"
    except (RecursionError, ValueError):
        # Brackets in brackets, or a number of thousands of digits.
        return set(), _ONLY
    names: set[str] = set()
    for node, depth in _walk(tree):
        if depth > _DEEPEST:
            return set(), "conditions in conditions in conditions: too deep"
        if not _plain(node):
            return set(), _ONLY
        if isinstance(node, nodes.Name):
            names.add(node.name)
    return names, None


def _walk(tree: Any) -> Iterator[tuple[Any, int]]:
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += ((child, depth + 1) for child in node.iter_child_nodes())


def _plain(node: Any) -> bool:
    """Tell whether a part of a template is allowed: what is shown is words or a name, what is compared is texts."""
    from jinja2 import nodes

    match node:
        case nodes.Output():
            return all(isinstance(shown, nodes.TemplateData | nodes.Name) for shown in node.nodes)
        case nodes.Name():
            return node.ctx == "load" and node.name not in _OWN
        case nodes.Const():
            return isinstance(node.value, str)
        case nodes.Operand():
            return node.op in {"eq", "ne"}
    return isinstance(
        node, nodes.Template | nodes.TemplateData | nodes.If | nodes.Compare | nodes.And | nodes.Or | nodes.Not
    )
