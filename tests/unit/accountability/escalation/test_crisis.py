"""X-A-32: words of danger stop the automatic texts; words that only sound like it do not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.text.crisis import lines, plain, suspected

PHRASES, HARMLESS = "crisis_phrases.txt", "crisis_harmless.txt"

DANGER = [
    "I want to die.",
    "I just want to die",
    "I really want to die",
    "honestly I just kind of want to die",
    "I want to just die",
    "i wanna die",
    "I still want to die sometimes",
    "i don't want to live anymore",
    "I don\u2019t want to be here anymore!!",
    "I DO NOT WANT TO LIVE",
    "I don't even want to live",
    "I dont really want to wake up tomorrow",
    "i don t want to live",
    "honestly... better off dead",
    "They'd be better off without me",
    "everyone would honestly just be better off without me",
    "thinking about suicide again",
    "I\u00b4m feeling suicidal",
    "sucidal thoughts all day",
    "skipped it. there is no reason to live",
    "no\npoint   in\tliving",
    "what is the point of living",
    "I took all my pills, I want to die",
    "took all my pills last night",
    "I swallowed a whole bottle of tablets",
    "thought of an overdose on my sleeping pills",
    "I keep cutting myself",
    "I cut myself again last night",
    "self-harm is back",
    "I can't go on living like this",
    "I can't go on",
    "I cant go on anymore",
    "I just cannot go on, nothing helps",
    "Suicide prevention week was hard: I want to kill myself",
    "tired of living",
    "tired of living in pain",
    "I'm so tired of just being alive",
    "I don't want to be here any more",
    "i dont wanna live",
    "I don't wanna be here anymore",
    "going to kill my self",
    "I'm gonna kill myself",
    "might actually kill myself",
    "I will end my own life",
    "I am ending my life tonight",
    "i just want to take my life",
    "I wish I wasn't alive",
    "wish I was dead",
    "I honestly wish I were dead",
    "sometimes I wish I just didn't exist",
    "I wish I'd never been born",
    "thinking about how to kill my\u200bself",
    "I feel like dying",
    "feeling like dying, honestly",
    "kms",
    "gonna kms",
    "missed it again. kms",
    "i should just kms",
    "unalive myself",
    "going to un-alive myself",
    "I just want to end it",
    "I want to end it all",
    "I'm going to end it tonight",
    "nobody would miss me",
    "no one would even notice if I was gone",
    "I have nothing left to live for",
    "I lost the will to live",
    "I hope I don't wake up",
    "I want to sleep forever",
    "I'm done with life",
    "life isn't worth living",
    "standing here, about to jump off the bridge",
    "thinking of jumping in front of a train",
    "I want to hurt myself",
    "the urge to really hurt myself is back",
    "I don't care if I die",
    "put a bullet in my head",
    "keep having thoughts of dying",
    "should have slit my wrists",
    "I wan\u0301t to di\u0301e",
    "Do I want to die? Yes.",
]

FIGURES_OF_SPEECH = [
    "",
    "this workout is killing me",
    "killed it today!",
    "killed my workout",
    "I killed it, the leg day almost killed me",
    "dying to try the new yoga class",
    "I'm dying to see the results",
    "20 suicide sprints and I am dead",
    "did suicide drills on the court",
    "did suicides and planks? no: suicide runs",
    "watched Suicide Squad instead of running",
    "dying of laughter, I want to die laughing every day",
    "I wanted to die of embarrassment",
    "I feel like dying after that workout",
    "felt like dying during the spin class",
    "these burpees made me want to die in the gym, loved it",
    "I want to die on that hill: pineapple belongs on pizza",
    "I don't want to die young, so I run",
    "my phone died so I log late",
    "the battery died halfway",
    "the plants died",
    "died of boredom on the treadmill",
    "I could kill for a pizza",
    "I'd rather die than do burpees",
    "kill me now, burpees again",
    "if looks could kill",
    "dead lifts, 5x5",
    "I wish I was deadlifting",
    "wish I was dead lifting instead of working",
    "dead tired, but done",
    "that hill nearly killed me",
    "ended my run at the lake",
    "end my day with ten pages",
    "I want to end it on a high note",
    "want to end it with a marathon",
    "ended the streak, starting anew",
    "cut myself shaving",
    "cut myself a slice of cake, no regrets",
    "cutting myself some slack today",
    "cutting myself off from sugar",
    "hurt my knee, no run",
    "hurt myself at the gym",
    "afraid of hurting myself while lifting",
    "tired of living in this flat, but I meditated",
    "tired of living with my messy roommate",
    "sick of admin, did all of it",
    "volunteered at the suicide prevention line",
    "read a book about suicide prevention",
    "that would be career suicide",
    "I live for this",
    "this is the life",
    "hanging out by myself",
    "the deadline kills my evenings",
    "overdosed on coffee",
    "overdosing on Netflix",
    "took my vitamins and pills as prescribed",
    "took all my vitamins",
    "took all my meds on time",
    "took all my vitamin pills",
    "I will end it here for today",
    "about to cut myself a piece of cake",
    "I feel like dying after leg day",
    "I could sleep forever",
    "I never wake up rested",
    "I want to end it at ten",
    "my legs are going to be dead tomorrow",
    "time to take my life back",
    "taking my life back, one day at a time",
    "I want to take my life in a new direction",
    "ran 5 kms",
    "ran 10 kms today",
    "banked a few kms",
    "kms are adding up: 30 so far",
    "switched from miles to kms",
    "12.5 kms tonight",
    "can't go on a run today, my ankle hurts",
    "can't go on the treadmill with this knee",
    "can't go on holiday before this is done",
    "I don't want to wake up early",
    "don't want to wake up at 5 again",
    "never wake up early enough",
    "shot myself in the foot with that plan",
    "been killing myself at work",
    "killing myself to finish the marathon",
    "I can't live without coffee",
    "jumped off the pier for a swim",
    "want to disappear into a good book",
    "I just want to sleep",
    "I really want to diet",
    "want to dye my hair",
    "lost the will to live in that meeting",
    "no point in running with a cold",
    "I am done with sugar",
    "goodbye sugar",
    "this course is going to be the death of me",
    "the traffic was murder",
    "over my dead body will I skip",
    "Bring Me the Horizon: drop dead gorgeous set",
    "better off without sugar",
    "it hurts, but in a good way",
    "we drowned our sorrows in tea",
    "gave up on the diet for tonight",
]


@pytest.mark.covers("X-A-32")
@pytest.mark.parametrize("text", DANGER)
def test_danger_is_suspected(text):
    assert suspected(text)


@pytest.mark.covers("X-A-32")
@pytest.mark.parametrize("text", FIGURES_OF_SPEECH)
def test_figures_of_speech_are_not(text):
    assert not suspected(text)


def sayings(name, *, gaps=True):
    """Yield what lines of a list say, each place taken by its first word."""
    for line in lines(name):
        if gaps or "…" not in line:
            yield [word.partition("|")[0] for word in line.split() if word not in {"<", ">", "…"}]


@pytest.mark.covers("X-A-32")
@pytest.mark.parametrize("name", [PHRASES, HARMLESS])
def test_lists_are_written_as_texts_are_read(name):
    written = re.compile(r"(?:[a-z0]+(?:\|[a-z0]+)*|<|>|…)(?: (?:[a-z0]+(?:\|[a-z0]+)*|<|>|…))*")
    assert [line for line in lines(name) if not written.fullmatch(line)] == []
    words = [word for line in lines(name) for word in re.findall(r"[a-z0]+", line)]
    assert [word for word in words if plain(word) != word] == []
    assert [said for said in sayings(name) if plain(" ".join(said)) != " ".join(said)] == []
    assert len(set(lines(name))) == len(lines(name))


@pytest.mark.covers("X-A-32")
@given(
    said=st.sampled_from(list(sayings(PHRASES, gaps=False))),
    fillers=st.lists(st.sampled_from(["just", "really", "so", "kind of", "honestly", "sometimes"]), max_size=2),
    data=st.data(),
)
def test_fillers_between_its_words_hide_no_phrase(said, fillers, data):
    at = data.draw(st.integers(1, len(said) - 1)) if len(said) > 1 else len(said)
    between = fillers if at < len(said) else []
    assert suspected(" ".join([*said[:at], *between, *said[at:]]).upper())


@pytest.mark.covers("X-A-32")
@given(st.sampled_from(list(sayings(HARMLESS))))
def test_harmless_wordings_are_harmless(said):
    assert not suspected("today: " + " ".join(said))


@pytest.mark.covers("X-A-32")
@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text):
    assert suspected(text) in {True, False}
