"""Clear answers in ordinary words, by closed lists: one file beside this module per language (X-A-13, X-A-27). Pure.

A reply is clear where all of it is: answers of one mind, and courtesy around them. Nothing is guessed: "yes" agrees,
"yes but not at work" is unclear, and is asked after.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

Sense = Literal["YES", "NO", "WILL_DO", "DONE", "CANNOT", "BOTH"]
"""What an answer says by itself; what it means depends on what was asked."""

_SIGNS: Final[Mapping[str, Sense]] = {
    **dict.fromkeys("\U0001f44d\U0001f44c\u2705\u2714\U0001f197\u2611", "YES"),
    **dict.fromkeys("\U0001f44e\u274c\u26d4\U0001f6ab\u274e\u2716", "NO"),
}
"""Emoji that answer: thumbs, marks. A heart or a smile is courtesy."""

_OF_ONE_MIND: Final[Mapping[frozenset[Sense], Sense]] = {
    frozenset({"YES", "WILL_DO"}): "WILL_DO",
    frozenset({"YES", "DONE"}): "DONE",
    frozenset({"NO", "CANNOT"}): "CANNOT",
    frozenset({"YES", "BOTH"}): "BOTH",
}
"""Answers that go together, and what they say then; any others contradict each other."""


@dataclass(frozen=True, slots=True)
class Phrases:
    """What is on the lists of all languages.

    Attributes:
        senses: what each phrase may say; one that differs by language has several.
        courtesy: phrases that say nothing.
        asks: beginnings of questions.
        longest: words of the longest phrase.
        version: names the lists, e.g. ``answers/en.1+es.1``.
    """

    senses: Mapping[str, frozenset[Sense]]
    courtesy: frozenset[str]
    asks: tuple[str, ...]
    longest: int
    version: str


@cache
def lists() -> Mapping[str, Mapping[str, Any]]:
    """Return what each language's file says about replies: answers, keywords, how consent is taken back."""
    return {file.stem: tomllib.loads(file.read_text()) for file in sorted(Path(__file__).parent.glob("*.toml"))}


@cache
def phrases() -> Phrases:
    """Return the lists of every language; a reply may come in any of them, and mix them."""
    files = lists()
    senses: dict[str, set[Sense]] = {}
    for spoken in files.values():
        for sense in get_args(Sense):
            for phrase in spoken[sense.lower()]:
                senses.setdefault(phrase, set()).add(sense)
    courtesy = frozenset(phrase for spoken in files.values() for phrase in spoken["courtesy"])
    return Phrases(
        senses={phrase: frozenset(found) for phrase, found in senses.items()},
        courtesy=courtesy,
        asks=tuple(f"{phrase} " for spoken in files.values() for phrase in spoken["asks"]),
        longest=max(len(phrase.split()) for phrase in (*senses, *courtesy)),
        version="answers/" + "+".join(f"{language}.{spoken['version']}" for language, spoken in files.items()),
    )


def sense_of(text: str, words: str) -> Sense | None:
    """Return what a reply says; ``None`` where it is not clear.

    Args:
        text: as it came: its emoji count.
        words: the same in lower case, without accents and signs.
    """
    signs = {_SIGNS[sign] for sign in text if sign in _SIGNS}
    found = _readings(words.split()) if words else [frozenset[Sense]()]
    minds = {_mind(one | signs) for one in found} - {None}
    return minds.pop() if len(minds) == 1 else None


def is_question(text: str, words: str) -> bool:
    """Tell whether a reply asks us something: by its sign or by how it begins, after a greeting."""
    return "?" in text or "\u00bf" in text or f"{bare(words)} ".startswith(phrases().asks)


def bare(words: str) -> str:
    """Return words without the courtesy before and after them."""
    left = words.split()
    while length := _courtesy(left, from_end=False):
        left = left[length:]
    while length := _courtesy(left, from_end=True):
        left = left[:-length]
    return " ".join(left)


def _courtesy(words: list[str], *, from_end: bool) -> int:
    """Return how many words at one end are courtesy."""
    known = phrases()
    for length in range(min(known.longest, len(words)), 0, -1):
        end = words[-length:] if from_end else words[:length]
        if " ".join(end) in known.courtesy:
            return length
    return 0


def _mind(senses: frozenset[Sense]) -> Sense | None:
    return next(iter(senses)) if len(senses) == 1 else _OF_ONE_MIND.get(senses)


def _readings(words: list[str]) -> Iterable[frozenset[Sense]]:
    """Return every set of senses by which words can be read from the first to the last one.

    Longer phrases win: in "no problem" there is no "no".
    """
    known = phrases()
    if not words:
        return {frozenset()}
    for length in range(min(known.longest, len(words)), 0, -1):
        phrase = " ".join(words[:length])
        here = [frozenset({sense}) for sense in known.senses.get(phrase, ())]
        here += [frozenset()] if phrase in known.courtesy else []
        rest = _readings(words[length:]) if here else ()
        if found := {one | other for one in here for other in rest}:
            return found
    return set()
