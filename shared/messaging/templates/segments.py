"""Segments of text messages: what a text costs (X-A-43).

The alphabets are those of 3GPP TS 23.038, 6.2.1 (default alphabet and its extension table), the sizes those of
3GPP TS 23.040, 9.2.3.24: a concatenated message loses six octets of each segment to its header.
"""

import unicodedata
from dataclasses import dataclass
from typing import Literal

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Characters that need an escape before them: two places."""

HARD_LIMIT = 10
"""Segments that providers take at most."""

Encoding = Literal["GSM-7", "UCS-2"]


@dataclass(frozen=True, slots=True)
class Size:
    """How long a text is: ``units`` are septets of GSM-7 or 16-bit units of UCS-2."""

    encoding: Encoding
    units: int
    segments: int


def size(text: str) -> Size:
    """Return a text's encoding and its number of segments; no character is split between two of them."""
    if _BASIC.union(_EXTENDED).issuperset(text):
        return _size("GSM-7", [2 if character in _EXTENDED else 1 for character in text], single=160, part=153)
    return _size("UCS-2", [2 if ord(character) > 0xFFFF else 1 for character in text], single=70, part=67)


def in_gsm(text: str) -> str:
    """Return a text in the letters of GSM-7: accents that it has not are dropped, letters that it has not, too."""
    kept = "".join(one if one in _BASIC else unicodedata.normalize("NFKD", one) for one in text)
    return " ".join("".join(one for one in kept if one in _BASIC or one in _EXTENDED).split())


def _size(encoding: Encoding, widths: list[int], *, single: int, part: int) -> Size:
    units = sum(widths)
    if units <= single:
        return Size(encoding, units, 1)
    segments, used = 1, 0
    for width in widths:
        if used + width > part:
            segments, used = segments + 1, 0
        used += width
    return Size(encoding, units, segments)
