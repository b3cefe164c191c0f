"""The dry run: who would be contacted, when, how and in which words if the coming days were missed (X-A-49)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared import messaging
from shared.accountability.escalation import contacts, facts, policies, rules, steps
from shared.accountability.escalation.items import Escalation
from shared.accountability.escalation.rules import Candidate, Kind, Step, Who
from shared.accountability.escalation.schemas import Preview, PreviewContact, PreviewDay
from shared.accountability.escalation.steps import MissedDay
from shared.accountability.goals import members, state
from shared.accountability.goals.calendar import Window, following
from shared.accountability.goals.days import is_off
from shared.accountability.goals.frequency import Frequency, asks_on
from shared.accountability.goals.items import Goal, Member
from shared.accountability.items import goal_pk
from shared.accountability.team.items import Partner
from shared.kernel.storage import reads
from shared.messaging import SecretLink

MAX_DAYS = 14

LOOKED_AT = 400
"""Days looked at to find those that the goal asks for."""


@dataclass(slots=True)
class _Simulation:
    goal: Goal
    member: Member
    since: str
    backers: dict[str, tuple[Partner, Candidate]]


def preview(user_id: str, goal_id: str, days: int) -> Preview:
    """Return what would follow if the coming days of a goal were missed, as things stand now. Writes nothing.

    A run that is under way goes on; its plan is the one it began with.

    Raises:
        NotFound: there is no such goal of the user's.
    """
    goal = state.find(user_id, goal_id)
    member = members.member_of(user_id)
    escalation = _under_way(goal)
    policy = policies.newest(goal.policy)
    plan = rules.unpack(escalation.steps if escalation else policy.steps)
    coming = list(_coming(goal, member, days))
    simulated = _Simulation(
        goal, member, goal.missed_since or (coming[0].day if coming else ""), facts.backers(user_id)
    )
    return Preview(
        policy=escalation.policy if escalation else policy.name,
        policy_version=escalation.policy_version if escalation else policy.number,
        escalation_enabled=goal.escalation_enabled,
        days=[_day(simulated, plan, window, goal.missed_run + number) for number, window in enumerate(coming, start=1)],
    )


def _under_way(goal: Goal) -> Escalation | None:
    if goal.missed_since is None:
        return None
    found = reads.get(Escalation, goal_pk(goal.goal_id), facts.escalation_sk(goal.missed_since))
    return found if found and found.status == "OPEN" else None


def _coming(goal: Goal, member: Member, days: int) -> Iterator[Window]:
    """Yield the next days that the goal asks for, from the open one on."""
    if goal.open_day is None:
        return
    frequency, habits, window = Frequency.model_validate_json(goal.frequency), members.habits(member), goal.window
    for _ in range(LOOKED_AT):
        if asks_on(frequency, window.day) and not is_off(goal, window.day):
            yield window
            days -= 1
        if not days:
            return
        window = following(window, habits)


def _day(simulated: _Simulation, plan: tuple[Step, ...], window: Window, days_missed: int) -> PreviewDay:
    goal = simulated.goal
    day = MissedDay(goal.goal_id, goal.user_id, "", simulated.since, window.day, days_missed)
    found: list[PreviewContact] = []
    for step in rules.steps_on(plan, days_missed):
        at = window.due_at + timedelta(minutes=step.wait)
        found += [_guide(simulated)] if step.who is Who.GUIDE else _partners(simulated, day, step, at)
    return PreviewDay(date=window.day, days_missed=days_missed, ends_at=window.due_at, contacts=found)


def _guide(simulated: _Simulation) -> PreviewContact:
    name = "Your guide" if simulated.member.guide_id else "A member of our staff"
    return PreviewContact(name=name, partner_id=None, kind=Kind.NOTIFY, channel=None, earliest_at=None, words=None)


def _partners(simulated: _Simulation, day: MissedDay, step: Step, at: datetime) -> Iterator[PreviewContact]:
    candidates = [candidate for _, candidate in simulated.backers.values()]
    for chosen in rules.choose(candidates, day.goal_id, step.size(day.days_missed), now=at):
        partner, candidate = simulated.backers[chosen.partner_id]
        if step.kind is Kind.ASK:
            simulated.backers[chosen.partner_id] = partner, replace(candidate, asked_at=at)
        wanted = steps.wanted(day, step, simulated.goal, simulated.member, partner, round_=steps.FIRST_ROUND, now=at)
        texts = {name: value for name, value in wanted.variables.items() if not isinstance(value, SecretLink)}
        request = contacts.message_of(replace(wanted, variables=texts, topics=(), valid=rules.valid_for(None, now=at)))
        would = messaging.forecast(request, at=at)
        yield PreviewContact(
            name=partner.name,
            partner_id=partner.partner_id,
            kind=step.kind,
            channel=would.channel,
            earliest_at=would.at,
            words=would.words,
            reason=would.reason,
        )
