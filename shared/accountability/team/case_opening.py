"""How cases come about: words of danger in a log, a day that the user contests."""

from dataclasses import replace
from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from shared import messaging
from shared.accountability.events import CrisisSuspected, DayDisputed
from shared.accountability.goals.items import Day, Goal, Member, day_sk, goal_sk
from shared.accountability.items import goal_pk, user_pk
from shared.accountability.team.cases import new_case
from shared.accountability.team.errors import DisputedBefore, NotMissed, TooLate
from shared.accountability.team.items import Case
from shared.accountability.team.rules import CaseKind
from shared.accountability.team.schemas import Dispute, DisputeAccepted
from shared.kernel.clock import to_ms
from shared.kernel.errors import NotFound
from shared.kernel.events import outbox
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import AlreadyExists, VersionConflict
from shared.kernel.storage.writes import Put, Update, commit, transact
from shared.kernel.telemetry import logger, metrics
from shared.messaging import Channel, MessageRequest

CONTESTABLE = timedelta(days=7)
"""How long after its end a day can be contested."""

CRISIS_METRIC = "CrisisCasesOpened"
"""Metric: cases of danger put before a person, each time that new words are said."""


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
                Put(case, condition=Case.pk.does_not_exist(), error=AlreadyExists.as_it_stands),
                outbox(event, at=now, event_id=f"disputed-{case.case_id}"),
            ]
        )
    except AlreadyExists as known:
        if Case.load(known.item).words != wanted.reason:
            raise DisputedBefore from None
    return DisputeAccepted(case_id=case.case_id)


def follow(event: CrisisSuspected | DayDisputed, *, now: datetime) -> None:
    """Put a matter before a person, and tell the user's guide. Idempotent."""
    if isinstance(event, CrisisSuspected):
        suspected(event, now=now)
    else:
        disputed(event, now=now)


def suspected(event: CrisisSuspected, *, now: datetime) -> None:
    """Put words of danger before a person, every time anew that some are said (X-A-32). Idempotent.

    Raises:
        VersionConflict: the case was decided, or heard of other words, at the same moment; the event comes again.
    """
    case = new_case(CaseKind.CRISIS, event.user_id, event.goal_id, event.date, said_at=event.said_at, now=now)
    try:
        commit(Put(case, condition=Case.pk.does_not_exist(), error=AlreadyExists.as_it_stands))
    except AlreadyExists as known:
        case = Case.load(known.item)
        if event.said_at > (case.said_at or case.opened_at):
            _hear(case, event.said_at, now=now)
    if case.said_at == event.said_at:
        # Also where this event came before: better counted twice than not at all.
        metrics().add_metric(name=CRISIS_METRIC, unit="Count", value=1)
        logger().info("crisis_case_opened", case_id=case.case_id)
    _tell_guide(case, now=now)


def _hear(case: Case, said_at: datetime, *, now: datetime) -> None:
    """Let a case hear of new words; one that was decided is open again, one that waits keeps its place in the queue."""
    actions: list[Action] = [Case.said_at.set(said_at)]
    if case.case_status != "OPEN":
        actions += [
            Case.case_status.set("OPEN"),
            Case.opened_at.set(now),
            Case.closed_at.remove(),
            Case.closed_by.remove(),
            Case.decision.remove(),
            Case.note.remove(),
        ]
    as_read = (Case.said_at == case.said_at) & (Case.case_status == case.case_status)
    commit(Update(Case, case.pk, case.sk, actions, condition=as_read, error=VersionConflict))
    case.said_at = said_at


def disputed(event: DayDisputed, *, now: datetime) -> None:
    """Tell the guide of a contested day. Idempotent."""
    case = new_case(CaseKind.DISPUTE, event.user_id, event.goal_id, event.date, now=now)
    found = reads.get(Case, case.pk, case.sk)
    if found is not None:
        _tell_guide(found, now=now)


def _tell_guide(case: Case, *, now: datetime) -> None:
    """Tell the user's guide, if they have one: of danger by every way there is, for one alone may not be looked at."""
    member = reads.get(Member, user_pk(case.user_id), Member.SK)
    if member is None or member.guide_id is None:
        return
    wanted = MessageRequest(
        key=f"case#{case.case_id}#{to_ms(case.said_at or case.opened_at)}",
        recipient_id=member.guide_id,
        category="guide",
        template="guide.dispute",
        variables={"user_name": member.name},
        about=f"case:{case.case_id}",
    )
    requests = [wanted]
    if case.kind == CaseKind.CRISIS:
        requests = [
            replace(
                wanted, key=f"{wanted.key}#{channel}", category="crisis", template="guide.crisis", channels=(channel,)
            )
            for channel in (Channel.IN_APP, Channel.EMAIL)
        ]
    try:
        transact([write for one in requests for write in messaging.request(one, now=now)])
    except messaging.AlreadyRequested:
        # The event came before.
        return
