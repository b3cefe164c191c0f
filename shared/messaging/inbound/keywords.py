"""What a reply says, read without any knowledge of who wrote it. Pure.

A keyword is the whole message, whatever its case, punctuation and spacing. Sentences are not understood: one that may
take consent back goes to a person (X-A-06), every other is only noted.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

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

_CONTACT = r"(?:text|message|msg|sms|call|contact|e ?mail|writ|send|bother|phone|ring|notification)(?:e|s|ing|ting|ed)?"
_OTHERS = r"(?! (?:him|her|them|it)\b)"
_NOT = r"(?<!don t )(?<!not )(?<!never )(?<!won t )(?<!can t )(?<!didn t )"
_REVOKING = re.compile(
    "|".join(
        (
            rf"{_NOT}\b(?:stop|quit|cease|end)\b(?: \w+){{0,4}} {_CONTACT}\b{_OTHERS}",
            r"\b(?:please|pls|plz|just) stop$|^stop (?:please|pls|plz|it|this|that|now|already)\b",
            rf"{_NOT}\bstop (?:this|that|these|it)$",
            # The word itself with something before or after it: a greeting, a signature, a question.
            r"^stop\b(?! (?:by|in|over|at)\b)(?! \w+ing\b)",
            rf"{_NOT}(?<!t )\bstop$",
            r"^(?:cancel|unsubscribe|remove|quit|end) (?:please|pls|plz|now|this|it|thanks|thank you)$|^no more$",
            rf"\b(?:don t|dont|do not|never|not to)\b(?: \w+){{0,2}} {_CONTACT}\b{_OTHERS}",
            rf"\bno (?:more|further|longer)\b(?: \w+){{0,3}} {_CONTACT}\b",
            r"\b(?:remove|delete|take|erase)\b(?: \w+){0,2} (?:me|my)\b",
            r"\bunsubscribe\b|\bopt(?:ing)? ?(?:me )?out\b",
            r"\b(?:revoke|withdraw|take back)\b(?: \w+){0,3} (?:consent|permission|agreement)\b",
            r"\b(?:do not|don t|dont|never|didn t|did not) (?:consent|agree)(?:e?d)?\b",
            rf"\b(?:do not|don t|dont) want\b(?: \w+){{0,4}} (?:{_CONTACT}|this|these|part)\b",
            r"\bleave me alone\b|\b(?:lose|forget) (?:my|this) number\b|\bnot interested\b|\bget lost\b",
            r"\bwrong (?:number|person)\b|\bnot my number\b",
            r"\b(?:spam|spamming|harass|harassing|harassment)\b",
        )
    )
)
"""What a sentence may take consent back with. It is better to ask a person once too often."""


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
    plain = _plain(text)
    whole = plain.replace(" ", "")
    if whole in _KEYWORDS:
        return Reading(_KEYWORDS[whole])
    if {_KEYWORDS.get(word) for word in plain.split()} == {"STOP"}:
        return Reading("STOP")
    if plain.isascii() and plain.isdigit() and len(plain) <= _MOST_DIGITS:
        return Reading(number=int(plain))
    return Reading(revokes=_REVOKING.search(plain) is not None)


def _plain(text: str) -> str:
    """Return the words of a text in lower case without accents, signs and emoji, one space between them."""
    # Letters of styled alphabets have a case only once they are taken apart.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    decomposed = decomposed.translate(_BLANK_LETTERS)
    # Marks on letters go with what makes a digit a key cap; everything else that is no letter parts words.
    kept = (
        " " if not sign.isalnum() else sign
        for sign in decomposed
        if not unicodedata.category(sign).startswith(("M", "Cf"))
    )
    return " ".join("".join(kept).split())
