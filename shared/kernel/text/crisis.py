"""Words of danger in what people write about their day (X-A-32).

A short curated list, on purpose eager: what it finds only stops automatic texts and puts the case before a person, and
that person decides. It is no diagnosis and finds no allusions.

In the lists a line is a sequence of words, ``a|b`` are words that may stand in one place, ``…`` stands for up to three
words, ``<`` for the beginning and ``>`` for the end of the text, ``0`` for any number. Lines are written as texts are
read: small letters, no punctuation, ``do not`` for ``don't``.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_APOSTROPHES = re.compile(r"['’‘´ʼ`\u200b-\u200d]")  # noqa: RUF001 - what keyboards make
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_LONE_ENDINGS = re.compile(r"\b(\w+) ([tmd])\b")

_SPELLINGS = {
    "any more": "anymore",
    "my self|mysef|myslef|meself": "myself",
    "wanna|wana": "want to",
    "gonna|gunna": "going to",
    "gotta": "have to",
    "kinda": "kind of",
    "sorta": "sort of",
    "cannot|cant": "can not",
    "wont": "will not",
    "aint": "is not",
    "(do|does|did|is|are|was|were|would|should|could|have|has|had)nt": r"\1 not",
    "im": "i am",
    "id": "i would",
    "ive": "i have",
    "(life|theres|it)s": r"\1 is",
    "sucide|suicde|suiside|suicid": "suicide",
    "sucidal|suicidial": "suicidal",
    r"\d+": "0",
}
"""How words are written in haste (a pattern of whole words), and how the lists have them."""

_FILLERS = (
    "a bit|a little|absolutely|actually|again|all|already|always|badly|basically|damn|definitely|do|even|ever|freaking|"
    "fucking|genuinely|honestly|just|kind of|like|literally|lol|maybe|much|now|often|only|probably|quite|really|"
    "seriously|simply|so|sometimes|somehow|sort of|still|tbh|totally|truly|very"
)
"""Words that may stand between any two of a phrase, two of them at most: they change nothing of what it says."""

_BETWEEN = rf" (?:(?:{_FILLERS}) ){{0,2}}"
_UP_TO_THREE_WORDS = r" (?:[^\s<>]+ ){0,3}"


def suspected(text: str) -> bool:
    """Tell whether a text speaks of danger to the person who wrote it.

    Case, accents, punctuation, apostrophes, spacing and usual spellings make no difference, nor do fillers ("just",
    "really") between the words of a phrase.
    """
    said = _any_of("crisis_harmless.txt").sub("  ", f"< {plain(text)} >")
    return _any_of("crisis_phrases.txt").search(said) is not None


def plain(text: str) -> str:
    """Return the words of a text as the lists have them."""
    letters = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text.casefold()))
    said = " ".join(re.findall(r"\w+", _ACCENTS.sub("", letters)))
    said = _LONE_ENDINGS.sub(r"\1\2", said)
    for spelling, usual in _SPELLINGS.items():
        said = re.sub(rf"\b(?:{spelling})\b", usual, said)
    return said


def lines(name: str) -> list[str]:
    """Return the lines of a list that stand for something."""
    found = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line for line in found if line and not line.startswith("#")]


@cache
def _any_of(name: str) -> re.Pattern[str]:
    return re.compile(r"(?<!\S)(?:" + "|".join(_pattern(line) for line in lines(name)) + r")(?!\S)")


def _pattern(line: str) -> str:
    parts = [_BETWEEN.join(f"(?:{word})" for word in part.split()) for part in line.split("…")]
    return _UP_TO_THREE_WORDS.join(parts)
