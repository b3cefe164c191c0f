"""Who speaks in a deployment's messages and pages: its table of ``brands.toml``, checked."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.kernel.brands import GIVEN, Product

FILE = Path(__file__).with_name("brands.toml")

_LINK = re.compile(r"https://[^\s/]+\.[^\s/]+(/\S*)?")
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_FORMS = {"contact": _MAIL, "home": _LINK, "privacy": _LINK, "terms": _LINK}
_MADE_UP = re.compile(r"\.(example|invalid|test|localhost)\b|\bexample\.(com|net|org)\b")


def told(stage: str) -> dict[str, Any]:
    """Return what a stage tells of its brands; empty where it has no table."""
    found: dict[str, Any] = tomllib.loads(FILE.read_text()).get(stage, {})
    return found


def setting(stage: str, values: Mapping[str, Any]) -> str:
    """Return the setting that tells every function of a deployed stage.

    Raises:
        ValueError: something is missing or made up; the message says what to fill in.
    """
    wrong = problems(values)
    if wrong:
        listed = "\n".join(f"  {line}" for line in wrong)
        raise ValueError(f"Stage {stage} has no whole brands. Fill in infra/brands.toml, [{stage}]:\n{listed}")
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def problems(values: Mapping[str, Any]) -> list[str]:
    """Return what must be filled in before anybody may be written to, as ``product.field: what is wrong``."""
    found = [
        (product, name, _wrong(name, {**values, **values.get(product, {})}.get(name, "")))
        for product in Product
        for name in GIVEN
    ]
    return [f"{product}.{name}: {wrong}" for product, name, wrong in found if wrong]


def _wrong(name: str, value: str) -> str:
    form = _FORMS.get(name)
    if not value.strip():
        return "is missing"
    if form and not form.fullmatch(value):
        return "is no mail address" if form is _MAIL else "is no address that begins with https://"
    return "is an example" if _MADE_UP.search(value.lower()) else ""
