"""A missed day: the plan of its run is frozen when the run begins, its steps of this day are planned and taken."""

from datetime import datetime, timedelta

from shared.accountability.escalation import run_context, steps
from shared.accountability.escalation.items import Escalation, StepRow
from shared.accountability.events import DayMissed, EscalationStarted
from shared.accountability.goals.items import Day, Goal, day_sk, goal_sk
from shared.accountability.items import goal_pk, user_pk
from shared.accountability.policies import catalogue
from shared.accountability.policies import rules as policy_rules
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.writes import Put, Update, Write, transact
from shared.kernel.telemetry import logger


class _Started(Exception):
    """The day's steps were planned before."""


def start(event: DayMissed, *, now: datetime) -> None:
    """Plan the steps of a missed day, and take those that wait for nothing. Idempotent.

    Nothing is planned where the run is over or the texts are held: the transaction holds to the goal.

    Raises:
        Unavailable: what it stands on kept changing; the event comes again.
    """
    try:
        rows = retry_on_conflict(lambda: _plan(event, now))
    except _Started:
        return
    for row in rows:
        if row.due_at <= now:
            steps.run(row.pk, row.sk, now=now)


def _plan(event: DayMissed, now: datetime) -> list[StepRow]:
    goal, day, escalation = reads.get_many(
        [
            (Goal, user_pk(event.user_id), goal_sk(event.goal_id)),
            (Day, goal_pk(event.goal_id), day_sk(event.date)),
            (Escalation, goal_pk(event.goal_id), run_context.escalation_sk(event.missed_since)),
        ]
    )
    followed = run_context.follows(goal, event.missed_since, event.days_missed)
    if not followed or (escalation is not None and escalation.status != "OPEN"):
        logger().info("escalation_not_started", goal_id=event.goal_id, date=event.date)
        return []
    if (day.escalation_state or 0) >= event.days_missed:
        return []
    begun = escalation or _begun(event, goal, now)
    rows = _rows(event, begun, day.closed_at or now)
    transact(
        [
            run_context.still_missed(
                event.user_id, event.goal_id, event.missed_since, event.days_missed, error=VersionConflict
            ),
            _marked(event),
            *(_first(event, begun, now) if escalation is None else [_going_on(event)]),
            *(Put(row, condition=StepRow.pk.does_not_exist(), error=_Started) for row in rows),
        ]
    )
    return rows


def _begun(event: DayMissed, goal: Goal, now: datetime) -> Escalation:
    policy = catalogue.newest(goal.policy)
    return Escalation(
        pk=goal_pk(event.goal_id),
        sk=run_context.escalation_sk(event.missed_since),
        escalation_id=derived_id("esc", event.goal_id, event.missed_since),
        goal_id=event.goal_id,
        user_id=event.user_id,
        missed_since=event.missed_since,
        policy=policy.name,
        policy_version=policy.number,
        steps=policy.steps,
        status="OPEN",
        started_at=now,
    )


def _rows(event: DayMissed, escalation: Escalation, missed_at: datetime) -> list[StepRow]:
    day = steps.MissedDay(
        goal_id=event.goal_id,
        user_id=event.user_id,
        escalation_id=escalation.escalation_id,
        missed_since=event.missed_since,
        date=event.date,
        days_missed=event.days_missed,
    )
    return [
        day.step(step.number, steps.FIRST_ROUND, due_at=missed_at + timedelta(minutes=step.wait))
        for step in policy_rules.steps_on(policy_rules.unpack(escalation.steps), event.days_missed)
    ]


def _marked(event: DayMissed) -> Update:
    """Return the write that claims the day: its steps are planned once (D-04)."""
    fresh = Day.escalation_state.does_not_exist() | (Day.escalation_state < event.days_missed)
    return Update(
        Day,
        goal_pk(event.goal_id),
        day_sk(event.date),
        [Day.escalation_state.set(event.days_missed)],
        condition=Day.pk.exists() & fresh,
        error=_Started,
    )


def _first(event: DayMissed, escalation: Escalation, now: datetime) -> list[Write]:
    started = EscalationStarted(user_id=event.user_id, goal_id=event.goal_id, escalation_id=escalation.escalation_id)
    return [
        Put(escalation, condition=Escalation.pk.does_not_exist(), error=VersionConflict),
        outbox(started, at=now, event_id=derived_id("evt", escalation.escalation_id, "started")),
    ]


def _going_on(event: DayMissed) -> Write:
    return run_context.still_followed(event.goal_id, event.missed_since, error=VersionConflict)
