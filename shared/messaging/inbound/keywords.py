"""What a reply says, read without any knowledge of who wrote it. Pure.

A keyword is the whole message, whatever its case, punctuation and spacing. Sentences are not understood: one that may
take consent back goes to a person (X-A-06), every other is only noted.
"""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from shared.messaging.inbound.revoking import may_revoke

Keyword = Literal["STOP", "START", "HELP", "YES", "NO", "WRONG_NUMBER"]

_STOP = "stop quit end revoke optout cancel unsubscribe stopall remove td arret"
_KEYWORDS: dict[str, Keyword] = {
    **dict.fromkeys(_STOP.split(), "STOP"),
    **dict.fromkeys(("start", "unstop"), "START"),
    **dict.fromkeys(("help", "info"), "HELP"),
    "yes": "YES",
    "no": "NO",
    "wrongnumber": "WRONG_NUMBER",
}
"""Words without spaces and signs (47 CFR 64.1200(a)(10), Twilio's list; decisions.md)."""

_MOST_DIGITS = 2

_BLANK_LETTERS = str.maketrans("", "", "\u115f\u1160")
"""Fillers of Hangul: letters by their category that show nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply says.

    Attributes:
        keyword: where the whole message is one.
        number: where the whole message is one.
        revokes: it may take consent back in own words.
    """

    keyword: Keyword | None = None
    number: int | None = None
    revokes: bool = False


def read(text: str) -> Reading:
    """Return what a reply says."""
    words = _words(text)
    plain = _words(words.casefold())
    whole = plain.replace(" ", "")
    if whole in _KEYWORDS:
        return Reading(_KEYWORDS[whole])
    if {_KEYWORDS.get(word) for word in plain.split()} == {"STOP"}:
        return Reading("STOP")
    if plain.isascii() and plain.isdigit() and len(plain) <= _MOST_DIGITS:
        return Reading(number=int(plain))
    return Reading(revokes=may_revoke(words))


def _words(text: str) -> str:
    """Return the words of a text without accents, signs and emoji, one space between them."""
    # Letters of styled alphabets have a case only once they are taken apart.
    decomposed = unicodedata.normalize("NFKD", text).translate(_BLANK_LETTERS)
    # Marks on letters go with what makes a digit a key cap; everything else that is no letter parts words.
    kept = (
        " " if not sign.isalnum() else sign
        for sign in decomposed
        if not unicodedata.category(sign).startswith(("M", "Cf"))
    )
    return " ".join("".join(kept).split())
