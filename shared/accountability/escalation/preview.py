"""The dry run: who would be contacted, when, how and in which words if the coming days were missed (X-A-49)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

from shared import messaging
from shared.accountability.escalation import contacts, rules, run_context, steps
from shared.accountability.escalation.items import Escalation
from shared.accountability.escalation.rules import Candidate
from shared.accountability.escalation.schemas import EscalationPreview, PreviewContact, PreviewDay
from shared.accountability.escalation.steps import MissedDay
from shared.accountability.goals import days, profiles, repository
from shared.accountability.goals.calendar import Window, following, shifted
from shared.accountability.goals.frequency import Frequency, Past
from shared.accountability.goals.items import Day, Goal, Member, day_sk
from shared.accountability.items import goal_pk
from shared.accountability.policies import catalogue
from shared.accountability.policies import rules as policy_rules
from shared.accountability.policies.rules import Kind, Step, Who
from shared.accountability.team.items import Partner
from shared.kernel.storage import reads
from shared.messaging import SecretLink

MAX_DAYS = 14

LOOKED_AT = 450
"""Days looked at to find those that would be missed: every thirtieth, fourteen times."""


@dataclass(frozen=True, slots=True)
class _Miss:
    window: Window
    since: str
    days_missed: int


@dataclass(slots=True)
class _Simulation:
    goal: Goal
    member: Member
    backers: dict[str, tuple[Partner, Candidate]]
    plan: tuple[Step, ...] = ()
    outlook: messaging.Outlook = field(default_factory=messaging.Outlook)


def preview(user_id: str, goal_id: str, count: int) -> EscalationPreview:
    """Return what would follow if the coming days of a goal were missed, as things stand now. Writes nothing.

    A run that is under way goes on; its plan is the one it began with.

    Raises:
        NotFound: there is no such goal of the user's.
    """
    goal = repository.find(user_id, goal_id)
    member = profiles.member_of(user_id)
    escalation = _under_way(goal)
    policy = catalogue.newest(goal.policy)
    simulated = _Simulation(goal, member, run_context.backers(user_id))
    shown = []
    for miss in islice(_coming(goal, member), count):
        goes_on = escalation is not None and escalation.missed_since == miss.since
        simulated.plan = policy_rules.unpack(escalation.steps if escalation and goes_on else policy.steps)
        shown.append(_day(simulated, miss))
    return EscalationPreview(
        policy=escalation.policy if escalation else policy.name,
        policy_version=escalation.policy_version if escalation else policy.number,
        escalation_enabled=goal.escalation_enabled,
        held=goal.held_at is not None,
        days=shown,
    )


def _under_way(goal: Goal) -> Escalation | None:
    if goal.missed_since is None:
        return None
    found = reads.get(Escalation, goal_pk(goal.goal_id), run_context.escalation_sk(goal.missed_since))
    return found if found and found.status == "OPEN" else None


def _coming(goal: Goal, member: Member) -> Iterator[_Miss]:
    """Yield the coming days whose miss somebody would hear of, by the rules by which days are settled.

    The last day before a pause is none: it ends as the pause begins.
    """
    if goal.due_at is None:
        return
    coming, window, habits = Goal.load(goal.dump()), goal.window, profiles.habits(member)
    logged, days_missed = _logged(goal), goal.missed_run
    since: str | None = goal.missed_since
    past = dict(days.past(goal, Frequency.model_validate_json(goal.frequency), goal.open_day))
    for _ in range(LOOKED_AT):
        days.begin_frequency(coming, window.day)
        frequency = Frequency.model_validate_json(coming.frequency)
        was = logged.get(window.day) or Past(days.asked_of(coming, frequency, window, past))
        past[window.day] = was
        if was.outcome in {"LOGGED", "PAUSED"}:
            since, days_missed = None, 0
        elif was.outcome == "MISSED" and window.day > (goal.last_logged or ""):
            since, days_missed = since or window.day, days_missed + 1
            if days.status_on(coming, shifted(window.day, 1)) != "PAUSED":
                yield _Miss(window, since, days_missed)
        window = following(window, habits)


def _logged(goal: Goal) -> dict[str, Past]:
    """Return the days from the open one on that are logged. At most one query."""
    if goal.last_logged is None or goal.last_logged < goal.open_day:
        return {}
    key = (Day.pk == goal_pk(goal.goal_id)) & Day.sk.between(day_sk(goal.open_day), day_sk(goal.last_logged))
    found = [Day.load(dict(raw)) for raw in reads.query_all(Day, key)]
    return {row.date: Past("LOGGED", done=bool(row.completed)) for row in found if row.log_id}


def _day(simulated: _Simulation, miss: _Miss) -> PreviewDay:
    goal, window = simulated.goal, miss.window
    day = MissedDay(goal.goal_id, goal.user_id, "", miss.since, window.day, miss.days_missed)
    found: list[PreviewContact] = []
    known: dict[Kind, set[str]] = {kind: set() for kind in Kind}
    for step in policy_rules.steps_on(simulated.plan, miss.days_missed):
        at = window.due_at + timedelta(minutes=step.wait)
        found += [_guide(simulated)] if step.who is Who.GUIDE else _partners(simulated, day, step, known[step.kind], at)
    return PreviewDay(date=window.day, days_missed=miss.days_missed, ends_at=window.due_at, contacts=found)


def _guide(simulated: _Simulation) -> PreviewContact:
    name = "Your guide" if simulated.member.guide_id else "A member of our staff"
    return PreviewContact(name=name, partner_id=None, kind=Kind.NOTIFY, channel=None, earliest_at=None, words=None)


def _partners(
    simulated: _Simulation, day: MissedDay, step: Step, known: set[str], at: datetime
) -> Iterator[PreviewContact]:
    """Yield whom a step turns to. In the place of one whom an ask would not reach the next is asked, as it really is.

    Args:
        simulated: what the days before changed.
        day: the missed day.
        step: the step.
        known: who was told or asked that day, as the step does; added to.
        at: when the step is taken.
    """
    wanted = step.size(day.days_missed)
    while chosen := _choice(simulated, day.goal_id, wanted, known, at):
        known |= set(chosen)
        shown = [_contact(simulated, day, step, partner_id, at) for partner_id in chosen]
        yield from shown
        wanted = sum(one.earliest_at is None for one in shown) if step.kind is Kind.ASK else 0


def _choice(simulated: _Simulation, goal_id: str, size: int, known: set[str], at: datetime) -> list[str]:
    candidates = [candidate for _, candidate in simulated.backers.values()]
    return [one.partner_id for one in rules.choose(candidates, goal_id, size, without=known, now=at)]


def _contact(simulated: _Simulation, day: MissedDay, step: Step, partner_id: str, at: datetime) -> PreviewContact:
    partner, candidate = simulated.backers[partner_id]
    if step.kind is Kind.ASK:
        simulated.backers[partner_id] = partner, replace(candidate, asked_at=at)
    wanted = steps.wanted(
        day,
        step,
        simulated.goal,
        simulated.member,
        partner,
        plan=simulated.plan,
        round_=steps.FIRST_ROUND,
        now=at,
    )
    texts = {name: value for name, value in wanted.variables.items() if not isinstance(value, SecretLink)}
    request = contacts.message_of(replace(wanted, variables=texts, topics=(), valid=rules.valid_for(None, now=at)))
    would = simulated.outlook.forecast(request, at=at)
    return PreviewContact(
        name=partner.name,
        partner_id=partner.partner_id,
        kind=step.kind,
        channel=would.channel,
        earliest_at=would.at,
        words=would.words,
        reason=would.reason,
    )
