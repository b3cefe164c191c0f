"""How cases come about: words of danger in a log, a day that the user contests."""

from datetime import datetime, timedelta

from shared import messaging
from shared.accountability.events import CrisisSuspected, DayDisputed
from shared.accountability.goals.items import Day, Goal, Member, day_sk, goal_sk
from shared.accountability.items import goal_pk, user_pk
from shared.accountability.team import people
from shared.accountability.team.cases import new_case
from shared.accountability.team.errors import DisputedBefore, NotMissed, TooLate
from shared.accountability.team.items import Case
from shared.accountability.team.rules import CaseKind
from shared.accountability.team.schemas import Dispute, DisputeAccepted
from shared.kernel.clock import to_ms
from shared.kernel.errors import NotFound
from shared.kernel.events import outbox
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Attributes, Put, Update, Write, commit, transact
from shared.messaging import MessageRequest

CONTESTABLE = timedelta(days=7)
"""How long after its end a day can be contested."""

IN_WORDS = {CaseKind.CRISIS: "words of danger in a log", CaseKind.DISPUTE: "a contested day"}


class _Known(Exception):
    def __init__(self, case: Case) -> None:
        super().__init__()
        self.case = case


def _known(old: Attributes | None) -> Exception:
    return _Known(Case.load(old or {}))


def dispute(user_id: str, goal_id: str, date: str, wanted: Dispute, *, now: datetime) -> DisputeAccepted:
    """Contest that a day was missed; a guide decides (X-A-39). The same words twice are one dispute.

    Raises:
        NotFound: there is no such goal of the user's, or no such day of it.
        NotMissed: the day does not count as missed.
        TooLate: it ended more than a week ago.
        DisputedBefore: it was contested in other words.
    """
    goal, day = reads.get_many([(Goal, user_pk(user_id), goal_sk(goal_id)), (Day, goal_pk(goal_id), day_sk(date))])
    if goal is None or goal.status == "DELETED" or day is None:
        raise NotFound
    if day.outcome != "MISSED":
        raise NotMissed
    if now > day.closes_at + CONTESTABLE:
        raise TooLate
    case = new_case(CaseKind.DISPUTE, user_id, goal_id, date, words=wanted.reason, now=now)
    event = DayDisputed(user_id=user_id, goal_id=goal_id, date=date)
    try:
        transact(
            [
                Put(case, condition=Case.pk.does_not_exist(), error=_known),
                outbox(event, at=now, event_id=f"disputed-{case.case_id}"),
            ]
        )
    except _Known as known:
        if known.case.words != wanted.reason:
            raise DisputedBefore from None
    return DisputeAccepted(case_id=case.case_id)


def follow(event: CrisisSuspected | DayDisputed, *, now: datetime) -> None:
    """Put a matter before a person, and tell the user's guide. Idempotent."""
    if isinstance(event, CrisisSuspected):
        suspected(event, now=now)
    else:
        disputed(event, now=now)


def suspected(event: CrisisSuspected, *, now: datetime) -> None:
    """Put words of danger before a person. A goal that is held anew after a decision is decided anew. Idempotent."""
    case = new_case(CaseKind.CRISIS, event.user_id, event.goal_id, event.date, now=now)
    try:
        commit(Put(case, condition=Case.pk.does_not_exist(), error=_known))
    except _Known as known:
        case = _again(known.case, now=now)
    _tell_guide(case, now=now)


def _again(case: Case, *, now: datetime) -> Case:
    goal = reads.get(Goal, user_pk(case.user_id), goal_sk(str(case.goal_id)))
    if case.closed_at is None or goal is None or goal.held_at is None or goal.held_at <= case.closed_at:
        return case
    opened = [
        Case.case_status.set("OPEN"),
        Case.opened_at.set(now),
        Case.closed_at.remove(),
        Case.closed_by.remove(),
        Case.decision.remove(),
        Case.note.remove(),
    ]
    as_read = Case.closed_at == case.closed_at
    commit(Update(Case, case.pk, case.sk, opened, condition=as_read, error=people.Moved))
    case.opened_at = now
    return case


def disputed(event: DayDisputed, *, now: datetime) -> None:
    """Tell the guide of a contested day. Idempotent."""
    case = new_case(CaseKind.DISPUTE, event.user_id, event.goal_id, event.date, now=now)
    found = reads.get(Case, case.pk, case.sk)
    if found is not None:
        _tell_guide(found, now=now)


def _tell_guide(case: Case, *, now: datetime) -> None:
    member = reads.get(Member, user_pk(case.user_id), Member.SK)
    if member is None or member.guide_id is None:
        return
    writes: list[Write] = messaging.request(
        MessageRequest(
            key=f"case#{case.case_id}#{to_ms(case.opened_at)}",
            recipient_id=member.guide_id,
            category="guide",
            template="guide.case",
            variables={"user_name": member.name, "kind": IN_WORDS[CaseKind(case.kind)]},
            about=f"case:{case.case_id}",
        ),
        now=now,
    )
    try:
        transact(writes)
    except messaging.AlreadyRequested:
        # The event came before.
        return
