"""What pages and mails say, in their reader's language.

A sentence is written in English where it is used. ``kernel/languages/<language>.toml`` says it in every other language:
its keys are the English sentences, so that a person who knows both can read them side by side. A new language is one
more such file (and one of messages, ``messaging/templates``); a test tells what it does not say yet.
"""

import re
import tomllib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Any, NewType

DEFAULT = "en"

_FILES = Path(__file__).resolve().parents[1] / "languages"

_SENTENCES, _CONSENTS = "sentences", "consents"

_WISH = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*")


LONGEST_WISH = 255
"""Characters of ``Accept-Language`` that are read."""

Sentence = NewType("Sentence", str)
"""A sentence that is put into the reader's language where it is shown; written here, it is known to be one."""


@cache
def languages() -> frozenset[str]:
    """Return the languages that pages come in."""
    return frozenset({DEFAULT, *(file.stem for file in _FILES.glob("*.toml"))})


def spoken(locale: str) -> str:
    """Return the language in which we speak to a reader: ``es`` to ``es-MX``, ``en`` where we do not speak theirs."""
    language = locale.partition("-")[0]
    return language if language in languages() else DEFAULT


def preferred(accepted: str) -> str:
    """Return which of our languages a browser would rather read, by its ``Accept-Language`` (RFC 9110, 12.5.4)."""
    wishes = [wish for wish in map(_WISH.fullmatch, accepted[:LONGEST_WISH].split(",")) if wish]
    known = [(wish[1].lower(), float(wish[2] or 1)) for wish in wishes]
    best = max(((one, weight) for one, weight in known if one in languages()), key=lambda one: one[1], default=None)
    return best[0] if best and best[1] else DEFAULT


def translated(locale: str, sentence: str, **values: object) -> str:
    """Return a sentence in a reader's language, filled in; one that is in no file stays in English."""
    said: str = told(spoken(locale), _SENTENCES).get(sentence, sentence)
    return said.format(**values) if values else said


def speaker(locale: str) -> Callable[..., str]:
    """Return ``translated`` for one reader; called ``say`` where it is used."""
    return partial(translated, locale)


def consent(locale: str, name: str) -> tuple[str, str] | None:
    """Return version and words of what somebody agrees to, where they are not read in English."""
    found = told(spoken(locale), _CONSENTS).get(name)
    return (found["version"], found["text"]) if found else None


def told(language: str, table: str) -> dict[str, Any]:
    """Return what a language's file says; English has none."""
    found: dict[str, Any] = _file(language)[table] if language != DEFAULT else {}
    return found


@cache
def _file(language: str) -> dict[str, Any]:
    return tomllib.loads((_FILES / f"{language}.toml").read_text())
