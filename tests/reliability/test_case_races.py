"""R-05: two of the staff who decide a case at once: the goal is as the decision that stands says (X-A-32, X-A-39)."""

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
from tests.interleaving import meet, orders

CALLS = (4, 3)
"""Of storage: the decision with something to do, and the one without."""


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
    return cases.read(case.case_id).decision or ""


@pytest.mark.covers("X-A-32")
def test_a_goal_is_released_only_where_that_was_decided(stage: str) -> None:
    stood = set()
    for number, order in enumerate(orders(CALLS, most=100, seed=1)):
        case = opened(number, CaseKind.CRISIS)
        meet([lambda: decided(case, "RELEASE", "usr_a"), lambda: decided(case, "KEEP", "usr_b")], order)  # noqa: B023
        goal = reads.get(Goal, user_pk(case.user_id), goal_sk(str(case.goal_id)))
        assert (goal.held_at is None) == (stands(case) == "RELEASE"), order
        stood.add(stands(case))
    assert stood == {"RELEASE", "KEEP"}


@pytest.mark.covers("X-A-39")
def test_a_day_is_excused_only_where_that_was_decided(stage: str) -> None:
    stood = set()
    for number, order in enumerate(orders(CALLS, most=100, seed=1)):
        case = opened(number, CaseKind.DISPUTE)
        meet([lambda: decided(case, "ACCEPT", "usr_a"), lambda: decided(case, "REJECT", "usr_b")], order)  # noqa: B023
        day = reads.get(Day, goal_pk(str(case.goal_id)), day_sk(str(case.date)))
        assert (day.outcome == "EXCUSED") == (stands(case) == "ACCEPT"), order
        stood.add(stands(case))
    assert stood == {"ACCEPT", "REJECT"}
