"""R-04: the soak of escalations bites: bugs planted one by one are each found by a small one."""

import time
from typing import Any

import pytest

from tests import money, mutants, verdicts
from tests.figures import tell
from tests.mutants import Mutant

PACKAGE = "shared.accountability.escalation"
SEED = 20261114
HUNTS = 6
"""Seeds tried until a bug is found."""

BUGS = [
    Mutant(
        "a message goes out whatever became of its matter",
        f"{PACKAGE}.steps",
        "wanted",
        "topics=(*matters, scope.topic(partner)),",
        "topics=(),",
    ),
    Mutant("an answer stops nothing", f"{PACKAGE}.answers", "_decided", "if given in ANSWERED:", "if False:"),
    Mutant(
        "nobody is asked in the place of who cannot",
        f"{PACKAGE}.answers",
        "_replacement",
        "given == CANNOT",
        'given == "NEVER"',
    ),
    Mutant(
        "an answer is taken in again",
        f"{PACKAGE}.answers",
        "_kept",
        "condition=Answer.pk.does_not_exist()",
        "condition=None",
    ),
    Mutant(
        "each channel counts as a contact",
        f"{PACKAGE}.delivery",
        "_note",
        "first = news in LEFT and contact.sent_at is None",
        "first = news in LEFT",
    ),
    Mutant(
        "nobody is asked in the place of who cannot be reached",
        f"{PACKAGE}.delivery",
        "_unreachable",
        "contact.type != contacts.ASK",
        "contact.type == contacts.ASK",
    ),
    Mutant(
        "news of a contact is written over later news",
        f"{PACKAGE}.rules",
        "later",
        "STATES[news] > STATES[state]",
        "STATES[news] != STATES[state]",
    ),
    Mutant(
        "the all-clear goes to who never heard of it",
        f"{PACKAGE}.ending",
        "_sent",
        " and contact.sent_at is not None",
        "",
    ),
    Mutant("nobody hears that all is well", f"{PACKAGE}.clearing", "owed", "return told and ended", "return False"),
    Mutant(
        "somebody is asked again on the same day",
        f"{PACKAGE}.rules",
        "choose",
        " and one.partner_id not in without",
        "",
    ),
    Mutant(
        "the same partners are always asked first", f"{PACKAGE}.rules", "choose", "(one.asked_at or EPOCH, one", "(one"
    ),
    Mutant("steps do not wait", f"{PACKAGE}.starting", "_rows", "timedelta(minutes=step.wait)", "timedelta(minutes=0)"),
    Mutant(
        "a step is planned and never due",
        f"{PACKAGE}.starting",
        "_rows",
        "due_at=missed_at + timedelta",
        "due_at=missed_at + timedelta(days=9) + timedelta",
    ),
    Mutant(
        "one step asks everybody",
        f"{PACKAGE}.steps",
        "_to_partners",
        "rules.choose(candidates, item.goal_id, size,",
        "rules.choose(candidates, item.goal_id, 20,",
    ),
]
SAMPLE = BUGS[::6]
"""A few in every change; all of them in a soak."""


def _soak(seed: int) -> list[str]:
    share = verdicts.simulate(seed, share=seed % 1000, alerts=16, rate=0.02, minutes=150)
    return share.wrong


def _found(mutant: Mutant, seed: int) -> list[str]:
    """Return what a soak says about a bug; one that breaks the soak itself is found as well."""
    with mutants.planted(mutant):
        try:
            return _soak(seed)
        except (LookupError, ValueError, AssertionError) as failure:
            return [repr(failure)]


def _hunt(mutant: Mutant) -> None:
    first, began = money.seed(SEED), time.monotonic()
    for seed in range(first, first + HUNTS):
        found = _found(mutant, seed)
        if found:
            break
    took = round(time.monotonic() - began, 1)
    tell({"bug": mutant.bug, "seed": seed, "seconds": took, "problems": len(found), "first": found[:1]})
    assert found, "the bug was not found"


def _named(bugs: list[Mutant]) -> Any:
    return pytest.mark.parametrize("mutant", bugs, ids=[bug.bug.replace(" ", "-") for bug in bugs])


@pytest.mark.soak
@pytest.mark.covers("R-04", "R-14")
@_named([bug for bug in BUGS if bug not in SAMPLE])
def test_a_planted_bug_is_found(mutant: Mutant, stage: str) -> None:
    _hunt(mutant)


@pytest.mark.covers("R-04", "R-14")
@_named(SAMPLE)
def test_a_planted_bug_is_found_in_every_change(mutant: Mutant, stage: str) -> None:
    _hunt(mutant)


@pytest.mark.covers("R-04", "R-14")
def test_nothing_is_found_where_no_bug_was_planted(stage: str) -> None:
    assert _soak(money.seed(SEED)) == []


def test_there_are_enough_bugs_and_each_still_fits_the_code() -> None:
    assert len(BUGS) >= 8
    for mutant in BUGS:
        with mutants.planted(mutant):
            pass
