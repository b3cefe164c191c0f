"""X-A-32: words of danger stop the automatic texts; words that only sound like it do not."""

import pytest

from shared.accountability.escalation.crisis import suspected


@pytest.mark.covers("X-A-32")
@pytest.mark.parametrize(
    "text",
    [
        "I want to die.",
        "i don't want to live anymore",
        "I don\u2019t want to be here anymore!!",
        "I DO NOT WANT TO LIVE",
        "honestly... better off dead",
        "They'd be better off without me",
        "thinking about suicide again",
        "I\u00b4m feeling suicidal",
        "skipped it. there is no reason to live",
        "no\npoint   in\tliving",
        "took all my pills last night",
        "thought of an overdose on my sleeping pills",
        "I keep cutting myself",
        "self-harm is back",
        "I can't go on living like this",
        "Suicide prevention week was hard: I want to kill myself",
        "tired of living",
        "I don't want to be here any more",
        "i dont wanna live",
        "I don't wanna be here anymore",
        "going to kill my self",
        "I will end my own life",
        "i just want to take my life",
        "I wish I wasn't alive",
        "thinking about how to kill my\u200bself",
    ],
)
def test_danger_is_suspected(text):
    assert suspected(text)


@pytest.mark.covers("X-A-32")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "this workout is killing me",
        "killed it today!",
        "20 suicide sprints and I am dead",
        "did suicide drills on the court",
        "watched Suicide Squad instead of running",
        "dying of laughter, I want to die laughing every day",
        "my phone died so I log late",
        "I could kill for a pizza",
        "dead lifts, 5x5",
        "that hill nearly killed me",
        "ended my run at the lake",
        "cut myself shaving",
        "hurt my knee, no run",
        "tired of living in this flat, but I meditated",
        "volunteered at the suicide prevention line",
        "I live for this",
        "hanging out by myself",
        "the deadline kills my evenings",
        "overdosed on coffee",
        "time to take my life back",
        "I want to take my life in a new direction",
    ],
)
def test_figures_of_speech_are_not(text):
    assert not suspected(text)
