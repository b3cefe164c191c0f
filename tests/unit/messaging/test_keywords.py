"""What a reply says: keywords however they are written, numbers, and sentences that may take consent back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.inbound.keywords import Reading, read

OUT = ["STOP", "QUIT", "END", "REVOKE", "OPT OUT", "CANCEL", "UNSUBSCRIBE", "STOPALL", "STOP ALL"]
OUT += ["OPTOUT", "OPT-OUT", "REMOVE", "TD", "ARRET"]
SIGNS = st.text(alphabet=" \t\n.,;:!?'\"()[]*_-~\u2026\u201c\u201d\U0001f6d1\ufe0f\u200b", max_size=4)


@pytest.mark.covers("X-A-05")
@given(st.sampled_from(OUT), SIGNS, SIGNS, st.sampled_from([str.lower, str.upper, str.title]))
def test_every_opt_out_word_stops_whatever_its_case_and_signs(word: str, before: str, after: str, case: object) -> None:
    assert read(before + case(word) + after) == Reading("STOP")


@pytest.mark.parametrize(
    "text",
    [
        *("ARRÊT", "arrêt.", "S T O P", "\uff33\uff54\uff4f\uff50", "stop\u00a0all", "opt\u2011out"),
        # Styled alphabets, struck letters, blanks that count as letters, soft hyphens, joiners.
        *("\U0001d412\U0001d413\U0001d40e\U0001d40f", "\U0001f142\U0001f143\U0001f13e\U0001f13f"),
        *("S\u0336T\u0336O\u0336P\u0336", "STOP\u3164", "\u2800STOP\uffa0", "ST\u00adOP", "S\u200dTOP\x00"),
        *("STOP STOP", "stop!!! stop \U0001f6d1 stop", "STOP. Unsubscribe!"),
    ],
)
@pytest.mark.covers("X-A-05")
def test_accents_widths_and_spaces_make_no_difference(text: str) -> None:
    assert read(text).keyword == "STOP"


@pytest.mark.parametrize(
    ("text", "keyword"),
    [
        ("start", "START"),
        ("Unstop!", "START"),
        ("HELP?", "HELP"),
        ("info", "HELP"),
        ("Yes \U0001f44d", "YES"),
        ("No.", "NO"),
        ("wrong number", "WRONG_NUMBER"),
        ("WRONG  NUMBER!!", "WRONG_NUMBER"),
    ],
)
@pytest.mark.covers("X-A-08", "X-A-36")
def test_other_keywords(text: str, keyword: str) -> None:
    assert read(text) == Reading(keyword)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        (" 2 ", 2),
        ("3.", 3),
        ("1\ufe0f\u20e3", 1),
        ("(2)", 2),
        ("#3", 3),
        ("\uff11", 1),
        ("\u2460", 1),
        ("12", 12),
    ],
)
@pytest.mark.covers("X-A-13")
def test_numbers_however_they_are_typed(text: str, number: int) -> None:
    assert read(text) == Reading(number=number)


REVOKES = [
    "please stop texting me",
    "Please stop.",
    "just stop",
    "Stop it!",
    "stop this",
    "stop sending me these messages",
    "Don't contact me anymore",
    "don\u2019t ever text me again",
    "do not call this number",
    "Never message me again!!",
    "no more texts please",
    "take me off your list",
    "Remove me from this",
    "delete my number",
    "I want to unsubscribe from this",
    "how do I opt out",
    "I revoke my consent",
    "I withdraw my permission",
    "I never agreed to this",
    "I don't want these messages",
    "I do not want to be part of this",
    "leave me alone",
    "lose my number",
    "not interested",
    "sorry, you have the wrong number",
    "wrong person",
    "this is spam",
    "stop harassing me",
    "Would you kindly stop to write me emails",
    "STOP thanks",
    "Stop, thank you",
    "STOP\n\nSent from my phone",
    "STOP. Who is this?",
    "STOP 1",
    "I said STOP",
    "ok stop",
    "cancel please",
    "NO MORE",
]


@pytest.mark.covers("X-A-06")
@pytest.mark.parametrize("text", REVOKES)
def test_a_sentence_that_may_take_consent_back_goes_to_a_person(text: str) -> None:
    assert read(text) == Reading(revokes=True)


KEEPS = [
    "",
    "ok",
    "thanks!",
    "I will call her tonight",
    "I'll text him tomorrow",
    "1 for Ada",
    "1/2",
    "123",
    "-",
    "\U0001f44d",
    "don't stop",
    "Don\u2019t give up on her",
    "She won't stop texting him",
    "don't text her today, she is asleep",
    "I did not get your message",
    "Who is this?",
    "he stopped smoking",
    "stop smoking is hard, I will call",
    "stop by tomorrow, I'll ask her",
    "Stop worrying, I have called her",
    "she can't stop",
    "Please don't stop",
    "I told her to stop worrying",
    "can you remind me tomorrow",
    "the end of the month is fine",
    "she needs help with her goal",
    "yes I will",
    "no problem",
    "no idea where she is",
    "start again tomorrow?",
]


@pytest.mark.covers("X-A-06")
@pytest.mark.parametrize("text", KEEPS)
def test_what_people_say_otherwise_is_left_alone(text: str) -> None:
    assert read(text) == Reading()


@given(st.text(max_size=500))
def test_no_text_is_too_odd(text: str) -> None:
    read(text)


@pytest.mark.parametrize("text", ["stop " * 5_000, "don't " * 5_000 + "x", "a" * 20_000, "no more " * 3_000])
def test_no_text_takes_long(text: str) -> None:
    read(text)
