"""What a template may say: words, placeholders and plain conditions, in jinja2's syntax."""

from functools import cache, lru_cache
from typing import Any

from shared.messaging.wording.schemas import Wording

BUILT_IN = frozenset({"brand", "contact"})
"""Variables that every template may use."""

INNER = "text"
"""In the form for one channel: the words themselves."""

PARTS = ("subject", "text", "plain", "sms", "mail", "spoken")
_FORMS = frozenset({"sms", "mail", "spoken"})


@cache
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


@lru_cache(maxsize=512)
def _compiled(source: str) -> Any:
    return _environment().from_string(source)


def fill(source: str, values: dict[str, str]) -> str:
    """Return a template's words with their placeholders filled."""
    words: str = _compiled(source).render(values)
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
    from jinja2 import TemplateSyntaxError, meta, nodes

    plain = (
        nodes.Template,
        nodes.Output,
        nodes.TemplateData,
        nodes.Name,
        nodes.If,
        nodes.Compare,
        nodes.Operand,
        nodes.Const,
        nodes.And,
        nodes.Or,
        nodes.Not,
    )
    try:
        tree = _environment().parse(source)
    except TemplateSyntaxError as wrong:
        return set(), f"line {wrong.lineno}: {wrong.message}"
    if not all(isinstance(node, plain) for node in tree.find_all(nodes.Node)):
        return set(), "only placeholders and plain conditions are allowed"
    return set(meta.find_undeclared_variables(tree)), None
