"""The templates that come with the system: version 1 of each, approved (S-A-24 to S-A-29)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from shared.messaging.wording.schemas import Wording

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
        (key, file.stem): Version(key, file.stem, 1, Wording.model_validate(words))
        for file in sorted(Path(__file__).parent.glob("*.toml"))
        for key, words in tomllib.loads(file.read_text()).items()
    }


def languages() -> frozenset[str]:
    """Return the languages that the templates come in."""
    return frozenset(locale for _, locale in seeded())
