"""Texts that people write and people read, cleaned once, at the edge, in their type.

Names, titles and notes stand in messages, in the subjects of mails and in the titles of pages: what turns a line round
or shows nothing never gets that far. Lengths are counted in code points of what is kept (D-34).
"""

import unicodedata
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator

_ZWNJ, _ZWJ = "\u200c", "\u200d"

_SHOWN_FORMATS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Signs of Arabic, Syriac and Kaithi that Unicode counts among the formats, and that are seen."""

_NOTHING = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
"""Letters and marks that show nothing: fillers of Hangul, the grapheme joiner, inherent vowels, Mongolian selectors."""

_BLANK = "\u2800"
"""The empty pattern of braille: a space, though Unicode counts it among the signs."""

_LOST = "\ufffd"
"""What programs write for bytes that they could not read."""

_JOINING = ((0x0590, 0x109F), (0x1780, 0x18AF), (0xA800, 0xABFF), (0x10A00, 0x11FFF))
"""Scripts in which a joiner or its opposite changes what a word looks like: Hebrew to Myanmar, Khmer, Mongolian."""

_FLAG = "\U0001f3f4"
"""The black flag, which invisible tags make the flag of a region."""

_TAGS = (0xE0020, 0xE007F)
_SELECTORS = ((0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_NEVER_SELECTED = frozenset({"Lu", "Ll", "Lt", "Lm", "Mn", "Me", "Zs", "Cc"})
"""Categories that no variation selector follows: one behind a Latin letter only hides there."""


def clean(text: str) -> str:
    """Return a text as it is kept: in NFC, without what is not seen; empty where nothing of it is seen.

    Signs that turn the direction round, tags, fillers and joiners go, except where they make what is seen: in emoji,
    and in the words of scripts that need them.
    """
    if text.isascii():
        return text.strip()
    kept: list[str] = []
    whole = unicodedata.normalize("NFC", text)
    for place, character in enumerate(whole):
        if _stays(character, "".join(kept[-1:]), whole[place + 1 : place + 2], kept):
            kept.append(character)
    seen = unicodedata.normalize("NFC", "".join(kept))
    while seen and (_is_blank(seen[0]) or unicodedata.category(seen[0]) in {"Mn", "Me"} or seen[0] in {_ZWJ, _ZWNJ}):
        seen = seen[1:]
    # A joiner that joined what is blank has nothing left to join.
    while seen and (_is_blank(seen[-1]) or seen[-1] in {_ZWJ, _ZWNJ}):
        seen = seen[:-1]
    return seen if any(_is_seen(character) for character in seen) else ""


def _stays(character: str, before: str, after: str, kept: list[str]) -> bool:
    if character.isascii():
        return True
    if character in {_ZWJ, _ZWNJ}:
        return bool(before and after) and _joins(character, before, after)
    if _within(character, *_SELECTORS):
        return bool(before) and not _within(before, *_SELECTORS) and _selectable(before, after)
    if _within(character, _TAGS):
        return _in_flag(kept)
    if unicodedata.category(character) == "Cf":
        return character in _SHOWN_FORMATS
    return character not in _NOTHING and not _no_character(character)


def _joins(joiner: str, before: str, after: str) -> bool:
    word = _within(before, *_JOINING) and _within(after, *_JOINING)
    picture = joiner == _ZWJ and (unicodedata.category(before) in {"So", "Sk", "Sm"} or _within(before, *_SELECTORS))
    return word or (picture and unicodedata.category(after) in {"So", "Sm"})


def _selectable(before: str, after: str) -> bool:
    # Of the digits only those on a key have another form.
    if before.isascii():
        return after == "\u20e3" and before in "#*0123456789"
    return unicodedata.category(before) not in _NEVER_SELECTED


def _in_flag(kept: list[str]) -> bool:
    base = next((character for character in reversed(kept) if not _within(character, _TAGS)), "")
    return base == _FLAG


def _no_character(character: str) -> bool:
    return ord(character) & 0xFFFE == 0xFFFE or _within(character, (0xFDD0, 0xFDEF))


def _within(character: str, *ranges: tuple[int, int]) -> bool:
    return any(first <= ord(character) <= last for first, last in ranges)


def _is_blank(character: str) -> bool:
    return character.isspace() or character == _BLANK


def _is_seen(character: str) -> bool:
    # A mark without its letter is not read; private use looks like anything or nothing. What is not assigned yet is
    # an emoji of tomorrow.
    kind = unicodedata.category(character)
    return character != _BLANK and (kind[0] in "LNPS" or kind == "Cn" or character in _SHOWN_FORMATS)


def _require_whole(text: str) -> None:
    if _LOST in text:
        raise ValueError(f"a character was lost on the way and became {_LOST}: type it again")


def line(text: str) -> str:
    """Return a text of one line as it is kept.

    Raises:
        ValueError: it has line breaks, control characters or signs of lost ones.
    """
    _require_whole(text)
    if any(unicodedata.category(character) in {"Cc", "Zl", "Zp"} for character in text):
        raise ValueError("text without line breaks and control characters is needed")
    return clean(text)


def lines(text: str) -> str:
    """Return a text of several lines as it is kept, with line feeds between them.

    Raises:
        ValueError: it has control characters or signs of lost ones.
    """
    _require_whole(text)
    parts = text.replace("\t", " ").splitlines()
    if any(unicodedata.category(character) == "Cc" for part in parts for character in part):
        raise ValueError("text without control characters is needed")
    return clean("\n".join(part.rstrip() for part in parts))


CLEANERS: frozenset[Callable[[str], str]] = frozenset({line, lines})
"""What every text that people read goes through."""

Line = Annotated[str, AfterValidator(line)]
"""Text of one line."""

Text = Annotated[str, AfterValidator(lines)]
"""Text of several lines."""
