"""What a person has to decide: opened by what happens, worked off by the staff (X-A-32, X-A-39)."""

from datetime import datetime, timedelta
from typing import Any

from shared import identity
from shared.accountability.goals import corrections, profiles
from shared.accountability.goals.errors import NewerWords
from shared.accountability.goals.items import Day, Goal, day_sk, goal_sk
from shared.accountability.items import CASES, goal_pk, user_pk
from shared.accountability.team import people
from shared.accountability.team.errors import CaseClosed, OwnCase, WrongDecision
from shared.accountability.team.items import Case, case_pk
from shared.accountability.team.rules import DECISIONS, CaseKind, Decision, decisions
from shared.accountability.team.schemas import CaseDecision, CaseDetail, CaseView, Contact
from shared.kernel import cursors
from shared.kernel.errors import NotFound
from shared.kernel.ids import derived_id
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Update, commit
from shared.kernel.telemetry import logger, metrics
from shared.kernel.wire import Page
from shared.kernel.zones import local_time

MAX_LIMIT = 100

PATIENCE = timedelta(minutes=15)
"""How long words of danger may wait for a decision before the operators hear of it again."""

WAITING_METRIC = "CrisisCasesWaiting"
"""Metric: cases of danger that have been open for longer than that."""


def new_case(
    kind: CaseKind,
    user_id: str,
    goal_id: str,
    date: str,
    *,
    words: str | None = None,
    said_at: datetime | None = None,
    now: datetime,
) -> Case:
    """Return a case about a day of a goal; the same matter is the same case."""
    case_id = derived_id("cas", kind, goal_id, date)
    return Case(
        pk=case_pk(case_id),
        sk=Case.SK,
        case_id=case_id,
        kind=kind,
        case_status="OPEN",
        user_id=user_id,
        goal_id=goal_id,
        date=date,
        words=words,
        said_at=said_at,
        opened_at=now,
    )


def listed(status: str, kind: CaseKind | None, *, limit: int, cursor: str | None, order: Order) -> Page[CaseView]:
    """Return a page of cases. Of one kind, a page may hold fewer than ``limit`` and still go on.

    Raises:
        BadCursor: the cursor is of another list.
    """
    scope = f"cases#{status}#{kind or ''}#{order}"
    found = reads.query(
        Case,
        Case.case_status == status,
        index=CASES.name,
        limit=limit,
        descending=order == "newest",
        start=cursors.decode(scope, cursor),
        filter_by=Case.kind == kind if kind else None,
    )
    keys = [(Case, one["pk"]["S"], one["sk"]["S"]) for one in found.items]
    whole = reads.get_many(keys) if keys else []
    # The index lags behind: a case that was decided a moment ago is in it still.
    views = [view(case) for case in whole if case is not None and case.case_status == status]
    return Page(views, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def count_waiting(*, now: datetime) -> int:
    """Count the cases of danger that wait for too long, also as a metric."""
    late = (Case.case_status == "OPEN") & (Case.opened_at < now - PATIENCE)
    found = reads.query_all(Case, late, index=CASES.name, filter_by=Case.kind == CaseKind.CRISIS)
    waiting = sum(1 for _ in found)
    metrics().add_metric(name=WAITING_METRIC, unit="Count", value=waiting)
    return waiting


def view(case: Case) -> CaseView:
    """Return a case as lists show it."""
    return CaseView(**_fields(case))


def _fields(case: Case) -> dict[str, Any]:
    kind = CaseKind(case.kind)
    return {
        "id": case.case_id,
        "kind": kind,
        "status": case.case_status,
        "user_id": case.user_id,
        "goal_id": case.goal_id,
        "date": case.date,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
        "closed_by": case.closed_by,
        "decision": case.decision,
        "note": case.note,
        "decisions": sorted(decisions(kind, case.decision)),
    }


def _case(case_id: str) -> Case:
    case = reads.get(Case, case_pk(case_id), Case.SK)
    if case is None:
        raise NotFound
    return case


def read(case_id: str, *, by: str, now: datetime) -> CaseDetail:
    """Return a case with what one needs to decide it: the goal, the user's words, and in danger how to reach them.

    Raises:
        NotFound: there is none.
    """
    case = _case(case_id)
    goal, day = reads.get_many(
        [
            (Goal, user_pk(case.user_id), goal_sk(str(case.goal_id))),
            (Day, goal_pk(str(case.goal_id)), day_sk(str(case.date))),
        ]
    )
    logged = day.notes if day is not None and case.kind == CaseKind.CRISIS else None
    return CaseDetail(
        **_fields(case),
        user_name=people.name_of(case.user_id) or people.SOMEBODY,
        goal_title=goal.title if goal else None,
        words=case.words or logged,
        contact=_contact(case, by, now=now) if case.kind == CaseKind.CRISIS else None,
    )


def _contact(case: Case, by: str, *, now: datetime) -> Contact | None:
    """Return how a person reaches the user, and note who was told; ``None`` where the account is gone."""
    reached, member = identity.reach(case.user_id), profiles.member_of(case.user_id)
    if reached is None:
        return None
    logger().info("contact_shown", case_id=case.case_id, by=by)
    clock = local_time(now, member.zone).isoformat(timespec="minutes")
    return Contact(email=reached.email, phone=member.phone, zone=member.zone, local_time=clock[:16])


def decide(case_id: str, wanted: CaseDecision, by: str, *, now: datetime) -> CaseView:
    """Decide a case, and do what that means. The same decision by the same person again gives the same answer.

    RELEASE lets automatic texts about the goal go out again; ACCEPT excuses the disputed day and withdraws what it set
    off. Both are done in the transaction that closes the case: of two who decide at once, one does. What was kept
    held can be released later, by anybody.

    Raises:
        NotFound: there is none.
        OwnCase: it is about the guide's own goal.
        WrongDecision: it cannot be decided so.
        CaseClosed: it was decided otherwise, or by somebody else.
        NewerWords: words of danger were said that this case is not about; the goal stays held for them.
    """
    case = _case(case_id)
    if case.user_id == by:
        raise OwnCase
    if case.decision is None and wanted.decision not in DECISIONS[CaseKind(case.kind)]:
        raise WrongDecision
    if wanted.decision not in decisions(case.kind, case.decision):
        return _decided_before(case, wanted, by)
    try:
        _do(case, wanted.decision, _closing(case, wanted, by, now=now), by, now=now)
    except CaseClosed:
        return _decided_before(_case(case_id), wanted, by)
    return view(_case(case_id))


def _closing(case: Case, wanted: CaseDecision, by: str, *, now: datetime) -> Update:
    actions = [
        Case.case_status.set("CLOSED"),
        Case.closed_at.set(now),
        Case.closed_by.set(by),
        Case.decision.set(wanted.decision),
        Case.note.set(wanted.note),
    ]
    undecided = Case.decision.does_not_exist() if case.decision is None else Case.decision == case.decision
    as_read = undecided & (Case.opened_at == case.opened_at)
    if case.said_at is not None:
        as_read &= Case.said_at == case.said_at
    return Update(Case, case.pk, case.sk, actions, condition=as_read, error=CaseClosed)


def _do(case: Case, decision: Decision, closing: Update, by: str, *, now: datetime) -> None:
    user_id, goal_id = case.user_id, str(case.goal_id)
    if decision is Decision.RELEASE:
        heard = case.said_at or case.opened_at
        corrections.release(user_id, goal_id, heard=heard, now=now, also=[closing])
    elif decision is Decision.ACCEPT:
        corrections.excuse_day(user_id, goal_id, str(case.date), by=by, now=now, also=[closing])
    else:
        commit(closing)


def _decided_before(case: Case, wanted: CaseDecision, by: str) -> CaseView:
    if case.decision is None:
        raise NewerWords
    if (case.decision, case.closed_by) != (wanted.decision, by):
        raise CaseClosed
    return view(case)
