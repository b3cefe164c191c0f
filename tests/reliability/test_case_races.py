"""R-05: two of the staff who decide a case at once: the goal is as the decision that stands says (X-A-32, X-A-39)."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from shared.accountability.goals.items import Day, Goal, day_sk, goal_sk
from shared.accountability.items import goal_pk, user_pk
from shared.accountability.team import cases
from shared.accountability.team.items import Case
from shared.accountability.team.rules import CaseKind
from shared.accountability.team.schemas import CaseDecision
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit
from tests import escalations as world
from tests.clock import START
from tests.interleaving import explore

MOST = 500


def decided(case: Case, decision: str, by: str) -> None:
    cases.decide(case.case_id, CaseDecision(decision=decision, note="Talked to them."), by, now=START)


def opened(number: int, kind: CaseKind) -> Case:
    goal_id, user_id = f"gol_{kind}_{number}", f"usr_{kind}_{number}"
    world.put_member(user_id)
    world.put_goal(goal_id, user_id, **({"held_at": START} if kind is CaseKind.CRISIS else {}))
    world.miss(1, goal_id, user_id)
    said_at = START if kind is CaseKind.CRISIS else None
    case = cases.new_case(kind, user_id, goal_id, world.day(1), said_at=said_at, now=START)
    commit(Put(case))
    return case


def stands(case: Case) -> str:
    return cases.read(case.case_id, by="usr_guide", now=START).decision or ""


def _race(kind: CaseKind, *decisions: str) -> Iterator[Case]:
    """Let two of the staff decide in every order, each time a case of its own."""
    cases: list[Case] = []

    def begin() -> list[Callable[[], None]]:
        case = opened(len(cases), kind)
        cases.append(case)
        return [partial(decided, case, decision, f"usr_{decision}") for decision in decisions]

    for _ in explore(begin, most=MOST):
        yield cases[-1]
    assert len(cases) < MOST, "there are more orders"


@pytest.mark.covers("X-A-32")
def test_a_goal_is_released_only_where_that_was_decided(stage: str) -> None:
    stood = set()
    for case in _race(CaseKind.CRISIS, "RELEASE", "KEEP"):
        goal = reads.get(Goal, user_pk(case.user_id), goal_sk(str(case.goal_id)))
        assert (goal.held_at is None) == (stands(case) == "RELEASE")
        stood.add(stands(case))
    assert stood == {"RELEASE", "KEEP"}


@pytest.mark.covers("X-A-39")
def test_a_day_is_excused_only_where_that_was_decided(stage: str) -> None:
    stood = set()
    for case in _race(CaseKind.DISPUTE, "ACCEPT", "REJECT"):
        day = reads.get(Day, goal_pk(str(case.goal_id)), day_sk(str(case.date)))
        assert (day.outcome == "EXCUSED") == (stands(case) == "ACCEPT")
        stood.add(stands(case))
    assert stood == {"ACCEPT", "REJECT"}
