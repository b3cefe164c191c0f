"""What a reply means: which matter it answers, and when we have to ask."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.inbound.keywords import Reading, read
from shared.messaging.inbound.routing import ANSWERS, Answered, Asked, Do, Matter, Nothing, Which, route
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
    assert route(read(text), [ADA, INVITED], None) == Answered(ADA, answer)


@pytest.mark.covers("X-A-02")
@pytest.mark.parametrize("answer", ["YES", "NO"])
def test_yes_and_no_answer_a_request_for_consent(answer: str) -> None:
    assert route(read(answer), [ADA, INVITED], None) == Answered(INVITED, answer)


@pytest.mark.covers("X-A-08")
def test_yes_without_a_question_is_start_and_no_is_only_noted() -> None:
    assert route(read("YES"), [ADA], None) == Do("START")
    assert route(read("NO"), [ADA], None) == Answered(ADA, "TEXT")
    assert route(read("NO"), [], None) == Nothing()


@pytest.mark.covers("X-A-27")
def test_matters_of_two_users_are_asked_about_and_the_next_number_picks() -> None:
    assert route(read("1"), [BOB, ADA], None) == Which((ADA, BOB), "ACCEPTED")
    asked = Asked("ACCEPTED", "ASK", ("ptn_ada", "ptn_bob"))
    assert route(read("2"), [BOB, ADA], asked) == Answered(BOB, "ACCEPTED")
    assert route(read("1"), [BOB, ADA], asked) == Answered(ADA, "ACCEPTED")
    assert route(read("3"), [BOB, ADA], asked) == Which((ADA, BOB), "CANNOT")
    assert route(read("STOP"), [BOB, ADA], asked) == Do("STOP")


def test_matters_of_one_user_are_no_riddle_the_latest_counts() -> None:
    other = matter("ada2", user="usr_ada", hours=3)
    assert route(read("1"), [other, ADA], None) == Answered(other, "ACCEPTED")


def test_what_was_answered_for_good_steps_back() -> None:
    done, accepted = matter("ada", answer="DONE"), matter("ada", answer="ACCEPTED")
    assert route(read("1"), [done, BOB], None) == Answered(BOB, "ACCEPTED")
    assert route(read("1"), [accepted, BOB], None) == Answered(BOB, "ACCEPTED")
    assert route(read("2"), [accepted, BOB], None) == Which((accepted, BOB), "DONE")
    assert route(read("2"), [done], None) == Answered(done, "DONE")


@pytest.mark.covers("X-A-27")
def test_a_stranger_gets_no_reaction_but_to_keywords() -> None:
    for text in ("1", "2", "no", "hello"):
        assert route(read(text), [], None) == Nothing()
    assert route(read("help"), [], None) == Do("HELP")
    assert route(read("stop"), [], None) == Do("STOP")


def test_other_words_are_noted_on_the_latest_matter() -> None:
    assert route(read("on my way"), [BOB, ADA], None) == Answered(BOB, "TEXT")
    assert route(read("7"), [ADA], None) == Answered(ADA, "TEXT")


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
    kind = "ASK" if reading.number in ANSWERS else "CONSENT"
    fitting = [one for one in matters if one.kind == kind]
    meaning = route(reading, matters, None)
    if isinstance(meaning, Answered) and meaning.answer != "TEXT":
        assert meaning.matter in fitting
        waiting = [one for one in fitting if one.answer is None]
        assert len({one.subject_id for one in waiting}) <= 1
    if isinstance(meaning, Which):
        assert len({one.subject_id for one in meaning.matters}) == len(meaning.matters) > 1


def test_the_empty_reading_is_nothing() -> None:
    assert route(Reading(), [], None) == Nothing()
