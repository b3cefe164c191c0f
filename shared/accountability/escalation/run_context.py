"""What a step stands on, read at once: the goal and its run, who backs the user, what was said already."""

from dataclasses import dataclass

from shared import messaging
from shared.accountability.escalation.items import Contact, Escalation, StepRow
from shared.accountability.escalation.rules import Candidate, Obstacle
from shared.accountability.goals.items import Goal, Member, goal_sk
from shared.accountability.items import day_topic, goal_pk, run_topic, user_pk
from shared.accountability.policies.rules import Step, unpack
from shared.accountability.team import people
from shared.accountability.team import rules as people_rules
from shared.accountability.team.items import Partner
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Check, Refusal
from shared.messaging import Purpose


@dataclass(frozen=True, slots=True)
class Run:
    """A run of missed days as it stands, seen from one of its days."""

    goal: Goal
    escalation: Escalation
    member: Member
    over: bool
    answered: bool

    def obstacle(self, missed_since: str, days_missed: int) -> Obstacle | None:
        """Return why nothing is to be done for a missed day, ``None`` where it is."""
        if self.goal.held_at is not None:
            return Obstacle.HELD
        followed = follows(self.goal, missed_since, days_missed) and self.escalation.status == "OPEN"
        if self.over or not followed:
            return Obstacle.ENDED
        if self.goal.missed_run > days_missed:
            return Obstacle.OVERTAKEN
        return Obstacle.ANSWERED if self.answered else None


def follows(goal: Goal, missed_since: str, days_missed: int) -> bool:
    """Tell whether a goal is still in a run of missed days, and texts about it may go out by themselves."""
    in_run = goal.missed_since == missed_since and goal.missed_run >= days_missed
    return bool(in_run and goal.status == "ACTIVE" and goal.escalation_enabled and goal.held_at is None)


def still_missed(user_id: str, goal_id: str, missed_since: str, days_missed: int, *, error: Refusal) -> Check:
    """Return the write that holds a transaction to ``follows``."""
    condition = (
        (Goal.missed_since == missed_since)
        & (Goal.missed_run >= days_missed)
        & (Goal.status == "ACTIVE")
        & (Goal.escalation_enabled == True)  # noqa: E712 - an expression
        & Goal.held_at.does_not_exist()
    )
    return Check(Goal, user_pk(user_id), goal_sk(goal_id), condition, error)


def still_followed(goal_id: str, missed_since: str, *, error: Refusal) -> Check:
    """Return the write that holds a transaction to an escalation that has not ended."""
    return Check(Escalation, goal_pk(goal_id), escalation_sk(missed_since), Escalation.status == "OPEN", error)


def escalation_sk(missed_since: str) -> str:
    """Return the sort key of a run's escalation."""
    return f"ESCALATION#{missed_since}"


def run_of(row: StepRow) -> Run:
    """Return the run that a step belongs to. One call.

    Raises:
        LookupError: the goal, its user's settings or the escalation is not there; none is ever deleted.
    """
    goal, escalation, member, over, answered = reads.get_many(
        [
            (Goal, user_pk(row.user_id), goal_sk(row.goal_id)),
            (Escalation, goal_pk(row.goal_id), escalation_sk(row.missed_since)),
            (Member, user_pk(row.user_id), Member.SK),
            messaging.topic_key(run_topic(row.goal_id, row.missed_since)),
            messaging.topic_key(day_topic(row.goal_id, row.date)),
        ]
    )
    if goal is None or escalation is None or member is None:
        raise LookupError("a step has a goal, a member and an escalation")
    return Run(goal, escalation, member, over is not None, answered is not None)


def plan_of(escalation: Escalation) -> dict[int, Step]:
    """Return the frozen steps of an escalation by number."""
    return {step.number: step for step in unpack(escalation.steps)}


def contacts_of(goal_id: str, day: str) -> list[Contact]:
    """Return who was contacted about a day. One query."""
    key = (Contact.pk == goal_pk(goal_id)) & Contact.sk.startswith(f"CONTACT#{day}#")
    return [Contact.load(dict(found)) for found in reads.query_all(Contact, key)]


def backers(user_id: str) -> dict[str, tuple[Partner, Candidate]]:
    """Return a user's partners by id, each with what the choice needs. Two calls."""
    partners = [one for one in people.team_of(user_id) if one.status in people_rules.CONSENTING]
    found = messaging.consented_of([one.partner_id for one in partners], Purpose.SUPPORT)
    return {partner.partner_id: (partner, _candidate(partner, found[partner.partner_id])) for partner in partners}


def _candidate(partner: Partner, found: messaging.Consented) -> Candidate:
    return Candidate(
        partner_id=partner.partner_id,
        status=partner.status,
        paused_until=partner.paused_until,
        goals=[str(goal_id) for goal_id in partner.goals] if partner.goals else None,
        consented=bool(found.recipient and found.recipient.active and found.given),
        asked_at=partner.asked_at,
        invited_at=partner.invited_at,
    )
