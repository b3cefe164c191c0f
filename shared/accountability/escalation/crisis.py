"""Words of danger in what people write about their day (X-A-32).

A short curated list, on purpose eager: what it finds only stops automatic texts and puts the case before a person, and
that person decides. It is no diagnosis and finds no allusions.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent
_GAP = "…"
_SPELLINGS = {"any more": "anymore", "my self": "myself", "wanna": "want to"}
_UP_TO_THREE_WORDS = r"(?:\S+ ){0,3}"


def suspected(text: str) -> bool:
    """Tell whether a text speaks of danger to the person who wrote it.

    Case, accents, punctuation, apostrophes, spacing and usual spellings make no difference.
    """
    said = _any_of("crisis_harmless.txt").sub(" ", _plain(text))
    return _any_of("crisis_phrases.txt").search(said) is not None


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    letters = re.sub(r"['’ʼ`\u0300-\u036f\u200b-\u200d]", "", letters)  # noqa: RUF001 - apostrophes that keyboards make
    said = " ".join(re.findall(r"\w+", letters))
    for spelling, usual in _SPELLINGS.items():
        said = re.sub(rf"\b{spelling}\b", usual, said)
    return said


@cache
def _any_of(name: str) -> re.Pattern[str]:
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    phrases = [line for line in lines if line and not line.startswith("#")]
    return re.compile(r"\b(?:" + "|".join(_pattern(phrase) for phrase in phrases) + r")\b")


def _pattern(phrase: str) -> str:
    before, gap, after = phrase.partition(f" {_GAP} ")
    return re.escape(before) + (" " + _UP_TO_THREE_WORDS + re.escape(after) if gap else "")
