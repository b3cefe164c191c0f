"""What a reply means: which matter it answers, and when we have to ask."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.inbound.keywords import Reading, read
from shared.messaging.inbound.routing import ANSWERS, Answered, Asked, Do, Matter, Which, Wrote, route
from tests.clock import START


def matter(
    name: str, kind: str = "ASK", *, user: str | None = None, hours: int = 0, answer: str | None = None
) -> Matter:
    return Matter(kind, f"ptn_{name}", user or f"usr_{name}", START + timedelta(hours=hours), answer)


ADA, BOB = matter("ada"), matter("bob", hours=1)
INVITED = matter("cleo", "CONSENT", hours=2)


@pytest.mark.covers("X-A-13")
@pytest.mark.parametrize(("text", "answer"), [("1", "ACCEPTED"), ("2.", "DONE"), ("3", "CANNOT")])
def test_a_number_answers_the_one_open_ask(text: str, answer: str) -> None:
    assert route(read(text), [ADA, INVITED], None) == Answered((ADA,), answer)


@pytest.mark.covers("X-A-02")
@pytest.mark.parametrize("answer", ["YES", "NO"])
def test_yes_and_no_answer_a_request_for_consent(answer: str) -> None:
    assert route(read(answer), [ADA, INVITED], None) == Answered((INVITED,), answer)


@pytest.mark.covers("X-A-08")
def test_yes_without_a_question_is_start_and_no_is_only_noted() -> None:
    heard = matter("ada", "NOTICE")
    assert route(read("YES"), [], None) == Do("START")
    assert route(read("YES"), [heard], None) == Wrote(heard)
    assert route(read("NO"), [heard], None) == Wrote(heard, refuses=True)
    assert route(read("NO"), [], None) == Do("LATE")


@pytest.mark.covers("X-A-27")
def test_matters_of_two_users_are_asked_about_and_the_next_number_picks() -> None:
    assert route(read("1"), [BOB, ADA], None) == Which((ADA, BOB), "ACCEPTED")
    asked = Asked("ACCEPTED", "ASK", ("ptn_ada", "ptn_bob"))
    assert route(read("2"), [BOB, ADA], asked) == Answered((BOB,), "ACCEPTED")
    assert route(read("1"), [BOB, ADA], asked) == Answered((ADA,), "ACCEPTED")
    assert route(read("3"), [BOB, ADA], asked) == Answered((ADA, BOB), "ACCEPTED"), "3 for both"
    assert route(read("3, I can't"), [BOB, ADA], asked) == Which((ADA, BOB), "CANNOT")
    assert route(read("STOP"), [BOB, ADA], asked) == Do("STOP")


def test_matters_of_one_user_are_no_riddle_the_latest_counts() -> None:
    other = matter("ada2", user="usr_ada", hours=3)
    assert route(read("1"), [other, ADA], None) == Answered((other,), "ACCEPTED")


def test_what_was_answered_for_good_steps_back() -> None:
    done, accepted = matter("ada", answer="DONE"), matter("ada", answer="ACCEPTED")
    assert route(read("1"), [done, BOB], None) == Answered((BOB,), "ACCEPTED")
    assert route(read("1"), [accepted, BOB], None) == Answered((BOB,), "ACCEPTED")
    assert route(read("2"), [accepted, BOB], None) == Which((accepted, BOB), "DONE")
    assert route(read("2"), [done], None) == Answered((done,), "DONE")


@pytest.mark.covers("X-A-27")
def test_a_stranger_gets_no_reaction_but_to_keywords() -> None:
    for text in ("1", "2", "no", "hello"):
        assert route(read(text), [], None) == Do("LATE")
    assert route(read("help"), [], None) == Do("HELP")
    assert route(read("stop"), [], None) == Do("STOP")


def test_other_words_are_noted_on_the_latest_matter() -> None:
    assert route(read("on my way"), [BOB, ADA], None) == Wrote(BOB, waits=True)
    assert route(read("7"), [ADA], None) == Wrote(ADA, waits=True)


MATTERS = st.lists(
    st.builds(
        matter,
        st.sampled_from(["ada", "bob", "cleo"]),
        st.sampled_from(["ASK", "CONSENT"]),
        user=st.sampled_from([None, "usr_x"]),
        hours=st.integers(0, 9),
        answer=st.sampled_from([None, "ACCEPTED", "DONE", "YES"]),
    ),
    max_size=5,
    unique_by=lambda one: (one.kind, one.recipient_id),
)


@given(MATTERS, st.sampled_from(["1", "2", "3", "yes", "no"]))
def test_an_answer_goes_to_a_matter_of_its_kind_and_never_to_one_of_two_users(matters: list[Matter], text: str) -> None:
    reading = read(text)
    meaning = route(reading, matters, None)
    if isinstance(meaning, Answered):
        (kind,) = {one.kind for one in meaning.matters}
        assert set(meaning.matters) <= set(matters)
        assert kind == "ASK" or reading.number not in ANSWERS
        asked = {one.recipient_id: one.sent_at for one in matters if one.kind == "ASK"}
        settled = [one for one in matters if one.kind == "CONSENT" and asked.get(one.recipient_id, START) > one.sent_at]
        waiting = [one for one in matters if one.kind == kind and one.answer is None and one not in settled]
        assert len({one.subject_id for one in waiting}) <= 1
    if isinstance(meaning, Which):
        assert len({one.subject_id for one in meaning.matters}) == len(meaning.matters) > 1


def test_the_empty_reading_is_nothing() -> None:
    assert route(Reading(), [], None) == Do("LATE")


def test_ordinary_words_answer_what_was_asked() -> None:
    """The specification's numbers stay; "ok will do!!" says the same."""
    for text in ("Yes please", "Sure", "Y", "ok will do!!", "\U0001f44d", "S\u00ed, claro", "YES"):
        assert route(read(text), [INVITED], None) == Answered((INVITED,), "YES"), text
        assert route(read(text), [ADA], None) == Answered((ADA,), "ACCEPTED"), text
    for text in ("no thanks", "No.", "not now, sorry", "\U0001f44e", "No, gracias", "I can't"):
        assert route(read(text), [INVITED], None) == Answered((INVITED,), "NO"), text
        assert route(read(text), [ADA], None) == Answered((ADA,), "CANNOT"), text
    for text in ("Done!", "already called her", "yes, I did", "Ya habl\u00e9 con ella"):
        assert route(read(text), [ADA], None) == Answered((ADA,), "DONE"), text
        assert route(read(text), [INVITED], None) == Wrote(INVITED, waits=True), text


def test_of_two_questions_ordinary_words_answer_the_later_one() -> None:
    earlier = matter("cleo", "CONSENT", hours=-1)
    assert route(read("sure"), [ADA, INVITED], None) == Answered((INVITED,), "YES")
    assert route(read("sure"), [ADA, earlier], None) == Answered((ADA,), "ACCEPTED")
    assert route(read("YES"), [ADA, earlier], None) == Answered((earlier,), "YES")
    assert route(read("done"), [ADA, INVITED], None) == Answered((ADA,), "DONE")


def test_a_number_may_say_the_same_in_words_and_not_something_else() -> None:
    assert route(read("1, I'll check in"), [ADA], None) == Answered((ADA,), "ACCEPTED")
    assert route(read("Option 2 please"), [ADA], None) == Answered((ADA,), "DONE")
    assert route(read("1 no"), [ADA], None) == Wrote(ADA, waits=True)


def test_both_and_a_name_answer_which_was_meant() -> None:
    ada, bob = (Matter("ASK", f"ptn_{name}", f"usr_{name}", START, name=name) for name in ("ada", "bob"))
    asked = Asked("DONE", "ASK", ("ptn_ada", "ptn_bob"))
    for text in ("both", "Both please!", "los dos"):
        assert route(read(text), [ada, bob], asked) == Answered((ada, bob), "DONE")
    assert route(read("3"), [ada, bob], asked) == Answered((ada, bob), "DONE"), "3 for both"
    assert route(read("Bob."), [ada, bob], asked) == Answered((bob,), "DONE")
    assert route(read("both"), [ada, bob], None) == Wrote(ada, waits=True)
    assert route(read("Ada"), [ada, bob], None) == Wrote(ada, waits=True)


def test_a_question_is_no_answer_and_a_stranger_asks_in_vain() -> None:
    for text in ("who is this?", "Yes?", "What is this about", "\u00bfQui\u00e9n es?"):
        assert route(read(text), [INVITED], None) == Wrote(INVITED, waits=True, asks=True), text
        assert route(read(text), [], None) == Do("WHO"), text


def test_who_may_mean_no_more_is_read_by_a_person_unless_it_answers() -> None:
    assert route(read("not interested"), [INVITED], None) == Answered((INVITED,), "NO")
    assert route(read("not interested"), [], None) == Do("REVIEW")
    assert route(read("this isn't Bob. Who is this?"), [INVITED], None) == Do("REVIEW")


@pytest.mark.covers("X-A-13")
def test_a_bare_yes_or_no_answers_the_ask_once_the_invitation_is_settled() -> None:
    """Whoever agreed by text has answered it, whoever agreed on the page was sent what only goes to who agreed."""
    agreed = matter("ada", "CONSENT", hours=-9, answer="YES")
    on_the_page = matter("ada", "CONSENT", hours=-9)
    for invitation in (agreed, on_the_page):
        for text, answer in (("No", "CANNOT"), ("No.", "CANNOT"), ("Yes", "ACCEPTED"), ("nope", "CANNOT")):
            assert route(read(text), [invitation, ADA], None) == Answered((ADA,), answer), text


def test_what_is_said_to_a_notice_takes_no_consent_back() -> None:
    told = matter("ada", "NOTICE", hours=5)
    for invitation in (matter("ada", "CONSENT", answer="YES"), matter("ada", "CONSENT")):
        for text in ("I can't", "sorry, busy", "no", "no thanks"):
            assert route(read(text), [invitation, told], None) == Wrote(told, refuses=True), text
    again = matter("ada", "CONSENT", hours=6)
    assert route(read("no"), [again, told], None) == Answered((again,), "NO"), "they were asked anew"


def test_a_no_right_after_a_yes_takes_it_back_and_nothing_else_does() -> None:
    agreed, other = matter("ada", "CONSENT", answer="YES"), matter("bob", "NOTICE", hours=1)
    assert route(read("no thanks"), [agreed], None) == Answered((agreed,), "NO")
    assert route(read("no"), [agreed], None) == Answered((agreed,), "NO")
    assert route(read("I can't"), [agreed], None) == Wrote(agreed, refuses=True)
    assert route(read("no"), [agreed, other], None) == Wrote(other, refuses=True)
