"""What readers could take for a web address in what somebody wrote, however it is disguised.

Names and greetings of users reach people who never asked for them, under our name.
"""

import re
import unicodedata
from functools import cache
from typing import Annotated

from pydantic import AfterValidator

from shared.kernel.text.reading import Line, clean

_IDEOGRAPHIC_STOP = "\u3002"
"""Ends sentences in Chinese and Japanese; browsers take it for a full stop in addresses (UTS 46)."""

_PICTURES = frozenset({"So", "Sk", "Sm", "Sc"})
"""Categories of emoji, of what gives them another colour, and of arrows and other signs: domains may have them all."""

_PICTURE = "\uff58"
"""A letter in the place of a picture; of the width of those that no space follows."""

_WITHOUT_SPACES = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "IDEOGRAPHIC", "FULLWIDTH")
"""Scripts in which no space follows a full stop, by how the names of their characters begin."""


@cache
def _linked() -> re.Pattern[str]:
    """Return what phones and mail programs make links of, a little generously.

    A scheme; ``www.``; the end of a word, a full stop, two letters; an IP address; the encoded form of other scripts.
    """
    return re.compile(
        r"""://
        | \bh(?:tt|xx)ps?\s?:
        | \bwww\.
        | \w\.[^\W\d_]{2,}
        | \bxn--
        | (?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w]|\.\d)
        | \[ (?=[^\]]*::|(?:[^\]:]*:){7}) [0-9a-f:.]+ (?:%\w+)? \]
        """,
        re.IGNORECASE | re.VERBOSE,
    )


def judged(text: str) -> str:
    """Return a text in the form in which it is judged, stored and sent: cleaned, with plain signs for disguised ones.

    What Unicode calls a compatible form of ASCII is written in ASCII; numerals stay, because ``2½`` is not ``21/2``.
    """
    return clean("".join(_undisguised(character) for character in clean(text)))


def _undisguised(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain.isascii() and unicodedata.category(character) != "No" else character


def is_linked(text: str) -> bool:
    """Tell whether a reader could take a part of a judged text for a web address."""
    return any(_linked().search(form) for form in (text, _bones(text)))


def _bones(text: str) -> str:
    """Return a text without accents and invisible signs, with a full stop where a browser sees one.

    Pictures stand in names of domains as letters do.
    """
    letters = "".join(
        _PICTURE if unicodedata.category(character) in _PICTURES and not character.isascii() else character
        for character in unicodedata.normalize("NFKD", text)
        if unicodedata.category(character)[0] != "M" and unicodedata.category(character) != "Cf"
    )
    return "".join(
        "." if character == _IDEOGRAPHIC_STOP and not _ends_a_sentence(letters, place) else character
        for place, character in enumerate(letters)
    )


def _ends_a_sentence(letters: str, place: int) -> bool:
    around = letters[max(place - 1, 0) : place] + letters[place + 1 : place + 2]
    return all(unicodedata.name(character, "").startswith(_WITHOUT_SPACES) for character in around)


def without_links(text: str) -> str:
    """Return a text as it is kept and sent.

    Raises:
        ValueError: a reader could take a part of it for a web address.
    """
    told = judged(text)
    if is_linked(told):
        raise ValueError("no web address may be in it, and after a full stop a space is needed")
    return told


def unlinked(text: str) -> str:
    """Return a text in which nobody sees a web address: where there was one, spaces take the place of its signs."""
    told = judged(text)
    if not is_linked(told):
        return told
    return clean(re.sub(rf"[.:/\[\]{_IDEOGRAPHIC_STOP}\uff61]+|--+", " ", told))


Greeting = Annotated[Line, AfterValidator(without_links)]
"""Text of one line for somebody who has not agreed to hear from us."""
