"""Who speaks in a deployment's messages and pages: its table of ``stages.toml``, checked."""

import re
from collections.abc import Mapping
from typing import Any

from shared.kernel.brands import GIVEN, Product

_LINK = re.compile(r"https://[^\s/]+\.[^\s/]+(/\S*)?")
MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_FORMS = {
    "contact": (MAIL, "is no mail address"),
    "home": (_LINK, "is no address that begins with https://"),
    "privacy": (_LINK, "is no address that begins with https://"),
    "terms": (_LINK, "is no address that begins with https://"),
}
_MADE_UP = re.compile(r"\.(example|invalid|test|localhost)\b|\bexample\.(com|net|org)\b")


def problems(values: Mapping[str, Any]) -> list[str]:
    """Return what must be filled in before anybody may be written to, as ``product.field: what is wrong``."""
    found = [
        (product, name, wrong({**values, **values.get(product, {})}.get(name, ""), *_FORMS.get(name, (None, ""))))
        for product in Product
        for name in GIVEN
    ]
    return [f"{product}.{name}: {problem}" for product, name, problem in found if problem]


def wrong(value: str, form: re.Pattern[str] | None, otherwise: str) -> str:
    """Return what is wrong with a value that a deployment must tell; nothing where it is fine."""
    if not value.strip():
        return "is missing"
    if form and not form.fullmatch(value):
        return otherwise
    return "is an example" if _MADE_UP.search(value.lower()) else ""
