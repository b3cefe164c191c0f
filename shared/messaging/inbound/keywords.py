"""What a reply says, read without any knowledge of who wrote it. Pure.

A keyword is the whole message, whatever its case, punctuation and spacing; a clear answer in ordinary words is on the
lists (``answers``). Other sentences are not understood: one that may take consent back goes to a person (X-A-06).
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from shared.messaging.inbound import answers
from shared.messaging.inbound.answers import Sense
from shared.messaging.inbound.revoking import may_revoke

Keyword = Literal["STOP", "START", "HELP", "YES", "NO", "WRONG_NUMBER"]

_LISTED: tuple[Keyword, ...] = ("STOP", "START", "HELP", "WRONG_NUMBER")
"""Keywords that each language's file lists."""

_ANSWERS: Mapping[str, Keyword] = {"yes": "YES", "no": "NO"}
"""Keywords that are answers too, in every language; with a question mark they are neither."""

_MOST_DIGITS = 2

_BLANK_LETTERS = str.maketrans("", "", "\u115f\u1160")
"""Fillers of Hangul: letters by their category that show nothing."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reply says.

    Attributes:
        keyword: where the whole message is one.
        number: what it chooses by a number.
        sense: what it answers in ordinary words, where that is clear; beside a number too ("1, I'll check in").
        revokes: it may take consent back in own words.
        asks: it asks us something.
        words: without case, accents and signs, where it is none of the above: perhaps a name.
    """

    keyword: Keyword | None = None
    number: int | None = None
    sense: Sense | None = None
    revokes: bool = False
    asks: bool = False
    words: str = ""


@cache
def _keywords() -> Mapping[str, Keyword]:
    """Return the words, without spaces and signs, that are keywords (47 CFR 64.1200(a)(10), Twilio's list)."""
    listed = {word: name for name in _LISTED for spoken in _lists() for word in spoken[name.lower()]}
    return {**listed, **_ANSWERS}


@cache
def _before_a_number() -> frozenset[str]:
    return frozenset(word for spoken in _lists() for word in spoken["before_a_number"])


def _lists() -> list[Mapping[str, list[str]]]:
    return [spoken["keywords"] for spoken in answers.lists().values()]


def read(text: str) -> Reading:
    """Return what a reply says."""
    keywords = _keywords()
    words = _words(text)
    plain = _words(words.casefold())
    whole = plain.replace(" ", "")
    asks = answers.is_question(text, plain)
    if whole in keywords and not (asks and whole in _ANSWERS):
        return Reading(keywords[whole], sense=answers.sense_of(text, plain) if whole in _ANSWERS else None)
    if {keywords.get(word) for word in plain.split()} == {"STOP"}:
        return Reading("STOP")
    if keywords.get(answers.bare(plain).replace(" ", "")) == "WRONG_NUMBER":
        return Reading("WRONG_NUMBER")
    if (chosen := _number(plain)) is not None:
        number, said = chosen
        return Reading(number=number, sense=answers.sense_of("", said) if said else None)
    sense = None if asks else answers.sense_of(text, plain)
    return Reading(sense=sense, revokes=may_revoke(words), asks=asks, words=plain)


def _number(plain: str) -> tuple[int, str] | None:
    """Return the number that a reply begins with, and what it says after it."""
    words = answers.bare(plain).split()
    if len(words) > 1 and words[0] in _before_a_number():
        words = words[1:]
    if not words or not (words[0].isascii() and words[0].isdigit() and len(words[0]) <= _MOST_DIGITS):
        return None
    said = " ".join(words[1:])
    return (int(words[0]), said) if not said or answers.sense_of("", said) else None


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
