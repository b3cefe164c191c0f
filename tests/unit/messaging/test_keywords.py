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
        ("Sorry, wrong number", "WRONG_NUMBER"),
        ("Número equivocado, lo siento", "WRONG_NUMBER"),
        ("ALTO", "STOP"),
        ("¡Cancelar!", "STOP"),
    ],
)
@pytest.mark.covers("X-A-08", "X-A-36")
def test_other_keywords(text: str, keyword: str) -> None:
    assert read(text).keyword == keyword


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
    "I no longer wish to receive these messages",
    "I no longer want to receive your texts",
    "I would no longer like to get these",
    "I do not wish to hear from you",
    "I don't care to hear from you anymore",
    "I don't need these reminders",
    "I'd rather not get these texts",
    "I would prefer not to be contacted",
    "I wish to receive no further messages",
    "I never wanted any of these notifications",
    "I do not consent",
    "I no longer consent to any of this",
    "I never signed up for this",
    "I didn't sign up for these texts",
    "I don't remember signing up",
    "I never gave you permission",
    "I want to cancel my subscription",
    "please discontinue these messages",
    "Discontinue this service",
    "Kindly cease all further communication",
    "cease and desist",
    "stop txting me",
    "Stop w the txts",
    "pls quit txting my phone",
    "dont txt me",
    "Please refrain from contacting me",
    "Quit blowing up my phone with your messages",
    "I want you to stop",
    "I'm done with these messages",
    "Enough with the texts!",
    "I am sick of your texts",
    "Turn off these notifications",
    "please turn these messages off",
    "unsub me",
    "I unsubscribed already",
    "I opted out weeks ago",
    "count me out",
    "Get me off this list",
    "Take this number off your list",
    "delete this number please",
    "why do you keep texting me",
    "leave me out of this",
    "Do not disturb me again",
    "This is no longer Bob's number",
    "this isn't bobs phone",
    "That's not his number",
    "This number doesn't belong to Bob",
    "this number no longer belongs to her",
    "Bob no longer has this number",
    "He doesn't use this phone",
    "Bob changed his number",
    "this isn't Bob",
    "This is not Bob, sorry",
    "this isnt bob",
    "This isn't Bob anymore. Who is this?",
    "I'm not Bob",
    "I am not Bob Miller!",
    "Not Bob",
    "You have the wrong guy",
    "you've got the wrong Bob",
    "I think you reached the wrong one",
    "No one by that name",
    "there is nobody named Bob here",
    "There is no Bob here, sorry",
    "Bob doesn't live here",
    "I don't know this person",
    "i don't know anyone called Bob",
    "Pls stop messaging me",
    "I would like to stop receiving these",
    "Please cancel my messages",
    "This number belongs to someone else now",
    "Please do not use this number",
    "I want to be removed",
    "unsubcribe",
    "No longer interested",
]


REVOKES_IN_SPANISH = [
    "No me escriban más",
    "por favor no me llamen",
    "ya no me manden mensajes",
    "no quiero recibir estos mensajes",
    "No quiero que me escriban",
    "no más mensajes por favor",
    "dejen de molestarme",
    "Deja de escribirme",
    "déjenme en paz",
    "quiero darme de baja",
    "Bórrenme de su lista",
    "quiten mi número",
    "Se equivocó de número",
    "tienen el número equivocado",
    "Este no es su teléfono",
    "No conozco a nadie con ese nombre",
]


@pytest.mark.covers("X-A-06")
@pytest.mark.parametrize("text", [*REVOKES, *REVOKES_IN_SPANISH])
def test_a_sentence_that_may_take_consent_back_goes_to_a_person(text: str) -> None:
    reading = read(text)
    assert reading.revokes
    assert (reading.keyword, reading.number) == (None, None)


KEEPS = [
    "No me molesta para nada",
    "ella no me escribe nunca",
    "no quiero molestarla hoy",
    "no me ha llamado",
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
    "I no longer smoke",
    "She no longer works on Mondays",
    "I no longer worry about her",
    "I no longer have her number",
    "he no longer needs my help",
    "this isn't easy",
    "This isn't easy for her",
    "This is not good",
    "this is not the first time",
    "This isn't like him",
    "THIS IS NOT EASY",
    "this isn't working",
    "This is not a problem",
    "this isn't about Bob",
    "it isn't raining",
    "I'm not sure",
    "I'm not home right now",
    "I am not worried",
    "im not able to today",
    "not today",
    "Not yet",
    "not really",
    "stop by anytime",
    "Stop in whenever you like",
    "I will stop at her place",
    "The bus stop is near her house",
    "She will not stop",
    "Her bus doesn't stop here",
    "we never stop trying",
    "I don't want to bother him",
    "I don't want to call her at work",
    "I do not want her to give up",
    "I don't need anything",
    "don't worry, I'll write to her",
    "I did not hear from her",
    "have you heard from him?",
    "I want to receive more of these",
    "I'd like to get these more often",
    "happy to receive these messages",
    "Thanks for the message!",
    "I got your text",
    "Please text me tomorrow",
    "call me when she is back",
    "She doesn't answer her phone",
    "her phone is off",
    "I have her new number",
    "Turn left at the end of the road",
    "She turned 30 and took time off",
    "take care of her",
    "take it easy",
    "she got the wrong idea",
    "I will end the day with a run",
    "end of story",
    "Cancel my plans, I am going to see her",
    "I'm done for today",
    "she has had enough sleep",
    "enough said",
    "no news here",
    "no change",
    "Nobody is home",
    "I know him, he is fine",
    "he lives next door",
    "I agree, let us try",
    "remember to sign up for the run",
    "wrong day, it is tomorrow",
    "I told her to keep going",
    "He has a new phone",
    "This is not Ada's fault",
    "I'm not Ada's boss, but I will ask",
    "Take her off the hook",
    "Can you call me instead of texting?",
    "She is not on her phone today",
    "I got him to quit smoking",
    "I want to leave work early and see her",
    "no rain here",
    "im not worried",
]


CLEAR = {
    "ok": "YES",
    "\U0001f44d": "YES",
    "no problem": "YES",
    "yes I will": "WILL_DO",
    "I will call her tonight": "WILL_DO",
    "I'll text him tomorrow": "WILL_DO",
    "im not able to today": "CANNOT",
    "not today": "NO",
}
"""Those that answer something; every other stays unclear."""


@pytest.mark.covers("X-A-06")
@pytest.mark.parametrize("text", KEEPS)
def test_what_people_say_otherwise_is_left_alone(text: str) -> None:
    reading = read(text)
    assert (reading.keyword, reading.number, reading.revokes) == (None, None, False)
    assert reading.sense == CLEAR.get(text)


@given(st.text(max_size=500))
def test_no_text_is_too_odd(text: str) -> None:
    read(text)


@pytest.mark.parametrize("text", ["stop " * 5_000, "don't " * 5_000 + "x", "a" * 20_000, "no more " * 3_000])
def test_no_text_takes_long(text: str) -> None:
    read(text)
