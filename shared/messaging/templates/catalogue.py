"""The templates that come with the system: version 1 of each, approved (S-A-24 to S-A-29)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.messaging.templates.language import TABLE, Language, of_table
from shared.messaging.templates.schemas import Wording

DEFAULT_LOCALE = "en"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a template's words."""

    key: str
    locale: str
    number: int
    wording: Wording

    @property
    def reference(self) -> str:
        """Return what evidence names the words by, e.g. ``consent.request/en/1``."""
        return f"{self.key}/{self.locale}/{self.number}"


@cache
def seeded() -> dict[tuple[str, str], Version]:
    """Return the templates in the files beside this module (one per language), by key and locale."""
    return {
        (key, locale): Version(key, locale, 1, Wording.model_validate(words))
        for locale, tables in _files().items()
        for key, words in tables.items()
        if key != TABLE
    }


@cache
def _files() -> dict[str, dict[str, Any]]:
    return {file.stem: tomllib.loads(file.read_text()) for file in sorted(Path(__file__).parent.glob("*.toml"))}


def language(locale: str) -> Language:
    """Return how a reader's language says things: that of ``es-MX`` is Spanish, of what we do not speak English."""
    return next(
        (_spoken(one) for one in (locale, locale.partition("-")[0]) if one in _files()), _spoken(DEFAULT_LOCALE)
    )


@cache
def _spoken(locale: str) -> Language:
    return of_table(_files()[locale][TABLE])


def languages() -> frozenset[str]:
    """Return the languages that are offered: what is said in them is whole (``tests/unit/house/test_languages.py``)."""
    return frozenset(_files())
