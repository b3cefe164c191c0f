"""Taking a step: who is told or asked is decided by rules, and committed with the claim of the step in one transaction.

A step is taken once, however often it is delivered. The transaction holds to everything the decision stood on: the goal
is in this run and not held, nobody takes care of the day, each partner is as they were read. Twenty partners are 86
writes of the 100 that a transaction may have.
"""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from shared import messaging
from shared.accountability import timeline
from shared.accountability.escalation import contacts, outreach, rules, run_context
from shared.accountability.escalation.contacts import Wanted
from shared.accountability.escalation.items import Contact, StepRow
from shared.accountability.escalation.rules import Obstacle
from shared.accountability.escalation.run_context import Run
from shared.accountability.events import StepRun, StepSkipped
from shared.accountability.goals import profiles
from shared.accountability.goals.calendar import ends_at
from shared.accountability.goals.frequency import Frequency
from shared.accountability.goals.items import Goal, Member
from shared.accountability.items import ContactKey, day_topic, goal_pk, run_topic
from shared.accountability.policies import rules as policy_rules
from shared.accountability.policies.rules import Kind, Step, Who
from shared.accountability.team import links, people, scope
from shared.accountability.team.items import Partner, partner_sk
from shared.accountability.team.rules import title_for
from shared.kernel.clock import to_ms
from shared.kernel.due import due_shard
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict, retry_on_conflict
from shared.kernel.storage.writes import Check, Update, Write, transact
from shared.kernel.telemetry import logger, metrics
from shared.kernel.text.speech import Sentence

_NOBODY_LEFT = Sentence("There was nobody left to turn to.")
_NOBODY_ELSE = Sentence("There was nobody else to turn to.")

DUE_KIND = "step"
FIRST_ROUND = "00"

LATENESS, TAKEN, SKIPPED, CONTACTS = "StepLateness", "StepsTaken", "StepsSkipped", "ContactsQueued"
"""Metrics (S-A-64): milliseconds from due to queued, and how many."""

LATE, IN_TIME = "LateSteps", timedelta(minutes=1)
"""Counts steps that were taken later than this after they were due; an alarm watches it (X-O-05)."""


class _Claimed(Exception):
    """The step was taken or skipped before."""


def step_sk(day: str, number: int, round_: str) -> str:
    """Return the sort key of one round of a step."""
    return f"STEP#{day}#{number:02d}#{round_}"


@dataclass(frozen=True, slots=True)
class MissedDay:
    """A missed day of a run that is followed."""

    goal_id: str
    user_id: str
    escalation_id: str
    missed_since: str
    date: str
    days_missed: int

    @classmethod
    def of(cls, contact: Contact) -> "MissedDay":
        """Return the day that somebody was contacted about."""
        return cls(
            contact.goal_id,
            contact.user_id,
            str(contact.escalation_id),
            str(contact.missed_since),
            contact.date,
            contact.escalation_day,
        )

    @classmethod
    def of_step(cls, item: StepRow) -> "MissedDay":
        """Return the day that a step belongs to."""
        return cls(item.goal_id, item.user_id, item.escalation_id, item.missed_since, item.date, item.days_missed)

    def step(self, number: int, round_: str, *, due_at: datetime) -> StepRow:
        """Return a planned round of a step of the day."""
        pk = goal_pk(self.goal_id)
        return StepRow(
            pk=pk,
            sk=step_sk(self.date, number, round_),
            due_shard=due_shard(DUE_KIND, pk),
            due_at=due_at,
            number=number,
            round=round_,
            status="PLANNED",
            **asdict(self),
        )


def run(pk: str, sk: str, *, now: datetime) -> None:
    """Take a step that is due, or skip it with its reason. Any number of times, by any number of workers.

    Raises:
        Unavailable: what it stands on kept changing; it is delivered again.
    """
    retry_on_conflict(lambda: _run_planned(pk, sk, now))


def _run_planned(pk: str, sk: str, now: datetime) -> None:
    item = reads.get(StepRow, pk, sk)
    if item is not None and item.status == "PLANNED":
        with suppress(_Claimed):
            _run(item, now)


def _run(item: StepRow, now: datetime) -> None:
    standing = run_context.run_of(item)
    obstacle = standing.obstacle(item.missed_since, item.days_missed)
    if obstacle is not None:
        _skip(item, obstacle, now)
    elif item.due_at <= now:
        _take(item, standing, now)


def _take(item: StepRow, standing: Run, now: datetime) -> None:
    step = run_context.plan_of(standing.escalation)[item.number]
    if step.who is Who.GUIDE:
        writes, count = outreach.guide_notice_writes(item, standing, error=VersionConflict, now=now), 1
    else:
        writes, count = _to_partners(item, step, standing, now)
    if count:
        _commit(item, writes, count, now)
    else:
        _skip(item, Obstacle.NOBODY, now)


def _commit(item: StepRow, writes: list[Write], count: int, now: datetime) -> None:
    done = StepRun(
        user_id=item.user_id,
        goal_id=item.goal_id,
        escalation_id=item.escalation_id,
        date=item.date,
        step=item.number,
        contacts=count,
    )
    claim = _over(item, "DONE", StepRow.contacts.set(count), now=now)
    held = [
        run_context.still_missed(
            item.user_id, item.goal_id, item.missed_since, item.days_missed, error=VersionConflict
        ),
        run_context.still_followed(item.goal_id, item.missed_since, error=VersionConflict),
        messaging.still_open(run_topic(item.goal_id, item.missed_since), error=VersionConflict),
        messaging.still_open(day_topic(item.goal_id, item.date), error=VersionConflict),
    ]
    transact([claim, *held, *writes, outbox(done, at=now, event_id=_event_id(item))])
    metrics().add_metric(name=TAKEN, unit="Count", value=1)
    metrics().add_metric(name=CONTACTS, unit="Count", value=count)
    metrics().add_metric(name=LATENESS, unit="Milliseconds", value=to_ms(now) - to_ms(item.due_at))
    metrics().add_metric(name=LATE, unit="Count", value=int(now - item.due_at > IN_TIME))


def _over(item: StepRow, status: str, *actions: Action, now: datetime) -> Update:
    """Return the write that claims a step: from then on it is done or skipped, and nothing is due on it."""
    return Update(
        StepRow,
        item.pk,
        item.sk,
        [
            StepRow.status.set(status),
            StepRow.done_at.set(now),
            StepRow.due_shard.remove(),
            StepRow.due_at.remove(),
            *actions,
        ],
        condition=StepRow.status == "PLANNED",
        error=_Claimed,
    )


def _skip(item: StepRow, obstacle: Obstacle, now: datetime) -> None:
    """Record that a step is not taken, and why: nothing that was due is passed over silently."""
    skipped = StepSkipped(
        user_id=item.user_id,
        goal_id=item.goal_id,
        escalation_id=item.escalation_id,
        date=item.date,
        step=item.number,
        reason=obstacle,
    )
    writes: list[Write] = [
        _over(item, "SKIPPED", StepRow.reason.set(obstacle), now=now),
        outbox(skipped, at=now, event_id=_event_id(item)),
    ]
    if obstacle is Obstacle.NOBODY:
        matter = f"{item.pk}#{item.sk}"
        told = timeline.line(
            item.user_id,
            timeline.PARTNERS,
            _NOBODY_LEFT if item.round == FIRST_ROUND else _NOBODY_ELSE,
            matter=matter,
            at=now,
            goal_id=item.goal_id,
            date=item.date,
        )
        writes.append(told)
    transact(writes)
    metrics().add_metric(name=SKIPPED, unit="Count", value=1)
    logger().info("step_skipped", goal_id=item.goal_id, date=item.date, step=item.number, reason=str(obstacle))


def _event_id(item: StepRow) -> str:
    return derived_id("evt", item.pk, item.sk)


def _to_partners(item: StepRow, step: Step, standing: Run, now: datetime) -> tuple[list[Write], int]:
    asks = step.kind is Kind.ASK
    type_ = contacts.ASK if asks else contacts.NOTICE
    contacted = [one for one in run_context.contacts_of(item.goal_id, item.date) if one.type == type_]
    known = {one.recipient_id for one in contacted if one.reason != scope.NARROWED}
    day = MissedDay.of_step(item)
    backers, plan = run_context.backers(item.user_id), run_context.plan_of(standing.escalation).values()
    size = step.size(item.days_missed) if item.round == FIRST_ROUND else 1
    candidates = [candidate for _, candidate in backers.values()]
    chosen = rules.choose(candidates, item.goal_id, size, without=known, now=now)
    writes: list[Write] = []
    for candidate in chosen:
        partner, _ = backers[candidate.partner_id]
        contact = wanted(day, step, standing.goal, standing.member, partner, plan=plan, round_=item.round, now=now)
        writes += [
            _chosen(partner, asks=asks, now=now),
            *contacts.contact_writes(contact, error=VersionConflict, now=now),
        ]
    return writes, len(chosen)


def _chosen(partner: Partner, *, asks: bool, now: datetime) -> Write:
    if asks:
        return people.changing(partner, Partner.asked_at.set(now))
    unchanged = Partner.version == partner.version
    return Check(Partner, partner.pk, partner_sk(partner.partner_id), unchanged, VersionConflict)


def wanted(
    day: MissedDay,
    step: Step,
    goal: Goal,
    member: Member,
    partner: Partner,
    *,
    plan: Collection[Step],
    round_: str,
    now: datetime,
) -> Wanted:
    """Return what a step wants of one partner; ``plan`` is what the run follows."""
    followed_up = policy_rules.followed_up(plan, day.days_missed, guided=member.guide_id is not None)
    flexible = not Frequency.model_validate_json(goal.frequency).counts_days(day.days_missed)
    asks, over_at = step.kind is Kind.ASK, ends_at(day.date, profiles.habits(member))
    key = ContactKey(day.goal_id, day.date, f"{step.number:02d}", partner.partner_id)
    matters = (run_topic(day.goal_id, day.missed_since), day_topic(day.goal_id, day.date))
    return Wanted(
        key=key,
        user_id=day.user_id,
        type=contacts.ASK if asks else contacts.NOTICE,
        day=day.days_missed,
        name=partner.name,
        category=rules.category(step.kind, day.days_missed),
        template=rules.template(day.days_missed),
        variables={
            "partner_name": partner.name,
            "user_name": member.name,
            "goal": title_for(partner.privacy, goal.title),
            "day": day.date,
            "days": str(day.days_missed),
            "flexible": "yes" if flexible else "",
            "followed_up": "yes" if followed_up else "",
        }
        | ({"link": links.link(partner, ask=key, now=now)} if asks else {}),
        valid=rules.valid_for(goal.due_at, now=max(now, over_at)),
        topics=(*matters, scope.topic(partner)),
        scope=scope.number(partner),
        hours=step.hours,
        not_before=over_at,
        partner_id=partner.partner_id,
        missed_since=day.missed_since,
        escalation_id=day.escalation_id,
        round=round_,
        flexible=flexible,
    )
