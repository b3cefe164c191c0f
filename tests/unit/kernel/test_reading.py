"""Texts that people read: what shows nothing is empty, what turns a line round goes, and what scripts need stays."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.kernel.text.reading import clean, line, lines

TURNS = [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\u200e\u200f"]
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SIGNS = st.text(
    st.sampled_from(
        "Aa 1#\u0301\u0300\u0628\u0915\u094d\u200c\u200d\u200b\u202e\ufe0f\u20e3\u2800\u3164❤👩🏴\U000e0067"
    ),
    max_size=12,
)


@pytest.mark.parametrize(
    "text",
    [
        "\u202e",
        "\u2066\u2069",
        "\u200b",
        "\u200d\u200c",
        "\u3164",
        "\u115f\u1160\uffa0",
        "\u0301",
        "\u093e",
        "\ufe0f\ufe0f",
        "\U000e0100",
        "\u2800\u2800",
        "\U000e0041\U000e007f",
        "\u00ad",
        "\u180e\ufeff\u2060",
        "\ue000",
        "\ufffe\ufdd0",
        "\u00a0\u3000",
    ],
)
def test_what_shows_nothing_is_empty(text: str) -> None:
    assert line(text) == lines(f" {text} ") == ""


@pytest.mark.parametrize("sign", TURNS)
def test_nothing_turns_a_line_round(sign: str) -> None:
    assert line(f"{sign}Ada{sign} L.{sign}") == "Ada L."


@pytest.mark.parametrize(
    "text",
    [
        "Ada",
        "Zoë Åström",
        "می‌خواهم",
        "क्‍ष क्‌ष",
        "ශ්‍රී",
        "👩‍💻 👩🏽‍💻 👨‍👩‍👧‍👦",
        "❤️‍🔥 🏳️‍🌈 🏃‍♀️ 🙂‍↔️",
        "1️⃣ #️⃣",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇺🇦",
        "葛󠄀城",
        "⠓⠑⠇⠇⠕⠀⠓⠊",
        "٣ ؁٢",
        "בְּרֵאשִׁית",
        "กำลังใจ",
    ],
)
def test_what_scripts_and_emoji_are_made_of_stays(text: str) -> None:
    assert line(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Zoe\u0308", "Zoë"),
        ("\u200bAda\ufeff", "Ada"),
        ("A\u200dd\u200ca", "Ada"),
        ("A\ufe0fda\U000e0100", "Ada"),
        ("so\u00adft", "soft"),
        ("\u0301Ada", "Ada"),
        ("\u2800Ada\u2800 ", "Ada"),
        ("1\ufe0f.", "1."),
        ("Ada\U000e0041", "Ada"),
        ("❤️️", "❤️"),
    ],
)
def test_what_hides_in_a_text_goes(typed: str, kept: str) -> None:
    assert line(typed) == kept


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\x00", "a\u2028b", "a\x85b"])
def test_one_line_is_one_line(text: str) -> None:
    with pytest.raises(ValueError, match="line breaks"):
        line(text)


def test_several_lines_are_kept_with_line_feeds() -> None:
    assert lines("Dear all,  \r\n\r\n\tsee you\u2028soon.\r") == "Dear all,\n\n see you\nsoon."
    with pytest.raises(ValueError, match="control characters"):
        lines("a\x00b")


@pytest.mark.parametrize("cleaner", [line, lines])
def test_a_lost_character_is_not_kept(cleaner: Callable[[str], str]) -> None:
    with pytest.raises(ValueError, match="was lost"):
        cleaner("gr\ufffd\ufffd")


@given(ANY | SIGNS)
@example("\U0001f300\u200d\u2800")
def test_what_is_clean_stays_as_it_is(text: str) -> None:
    kept = clean(text)
    assert clean(kept) == kept == unicodedata.normalize("NFC", kept)
    assert not set(kept) & set(TURNS)
