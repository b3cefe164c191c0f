"""Goals in runs of missed days, and the people behind them, stored as the day engine and the team leave them."""

from datetime import date, datetime, timedelta
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from shared import messaging
from shared.accountability import timeline
from shared.accountability.escalation.items import Contact, Escalation, StepRow
from shared.accountability.events import DayMissed, GoalLogged, RunWithdrawn
from shared.accountability.goals.items import Day, Goal, Member, day_sk, goal_sk
from shared.accountability.items import goal_pk, run_topic, user_pk
from shared.accountability.team.items import Partner, PartnerOwner, owner_pk, partner_sk
from shared.accountability.timeline_items import Interaction
from shared.accountability.timeline_schemas import InteractionView
from shared.kernel.clock import EPOCH
from shared.kernel.storage import reads
from shared.kernel.storage.items import InstantAttribute, IntegerAttribute, Item
from shared.kernel.storage.writes import Put, Update, commit, transact
from shared.messaging import Channel, Purpose, Recipient, Statement
from tests.clock import START

USER, GOAL = "usr_ada", "gol_run"
FIRST = "2026-02-28"
DAILY = '{"kind": "DAILY", "since": "2026-02-01"}'


def day(number: int, since: str = FIRST) -> str:
    """Return the date of a run's missed day, from 1."""
    return (date.fromisoformat(since) + timedelta(days=number - 1)).isoformat()


def _filled(model: type[Item], pk: str, sk: str, **fields: Any) -> Any:
    """Return an item with what a test does not care about at zero, empty or long ago."""
    blank = {IntegerAttribute: 0, UnicodeAttribute: "", BooleanAttribute: False, InstantAttribute: EPOCH}
    for name, attribute in model.get_attributes().items():
        if name not in {"pk", "sk"} and not attribute.null:
            fields.setdefault(name, blank.get(type(attribute), []))
    return model(pk=pk, sk=sk, **fields)


def put_member(user_id: str = USER, **changed: Any) -> None:
    """Store a user's settings."""
    fields: dict[str, Any] = {
        "user_id": user_id,
        "name": "Ada",
        "zone": "UTC",
        "tier": "tier_35",
        "share_milestones": True,
        "version": 1,
    }
    commit(Put(_filled(Member, user_pk(user_id), Member.SK, **fields | changed)))


def put_goal(goal_id: str = GOAL, user_id: str = USER, **changed: Any) -> None:
    """Store an active goal without missed days."""
    fields: dict[str, Any] = {
        "goal_id": goal_id,
        "user_id": user_id,
        "title": "morning run",
        "frequency": DAILY,
        "status": "ACTIVE",
        "escalation_enabled": True,
        "policy": "standard",
        "first_day": "2026-02-01",
        "version": 1,
    }
    commit(Put(_filled(Goal, user_pk(user_id), goal_sk(goal_id), **fields | changed)))


def put_partner(
    partner_id: str,
    user_id: str = USER,
    *,
    consented: bool = True,
    channels: tuple[Channel, ...] = (Channel.SMS,),
    zone: str = "UTC",
    phone: str | None = None,
    entry: dict[str, Any] | None = None,
    **changed: Any,
) -> None:
    """Store a partner with their entry in the directory and, unless told otherwise, their consent."""
    fields: dict[str, Any] = {
        "partner_id": partner_id,
        "user_id": user_id,
        "name": partner_id.removeprefix("ptn_").title(),
        "relationship": "friend",
        "status": "ACTIVE",
        "privacy": "FULL",
        "milestones": True,
        "seed": "0" * 64,
        "version": 1,
    }
    fields |= changed
    known = Recipient(
        partner_id,
        fields["name"],
        phone=phone or phone_of(partner_id),
        email=f"{partner_id}@example.org",
        channels=channels,
        zone=zone,
        **entry or {},
    )
    writes = [
        Put(_filled(Partner, user_pk(user_id), partner_sk(partner_id), **fields)),
        Put(PartnerOwner(pk=owner_pk(partner_id), sk=PartnerOwner.SK, user_id=user_id)),
        *messaging.enlist(known),
    ]
    if consented:
        statement = Statement(partner_id, "GIVEN", Purpose.SUPPORT, channels, "WEB_PAGE")
        writes += messaging.stated(statement, now=EPOCH)
    transact(writes)


def phone_of(partner_id: str) -> str:
    """Return a number of New York that only this partner has."""
    return f"+1212555{sum(map(ord, partner_id)) * 37 % 10000:04d}"


def miss(
    number: int,
    goal_id: str = GOAL,
    user_id: str = USER,
    *,
    since: str = FIRST,
    at: datetime = START,
    due_in: timedelta = timedelta(hours=23),
    date: str | None = None,
) -> DayMissed:
    """Store that a day was missed, as its end does, and return the event; of a goal that is daily, without ``date``."""
    date = date or day(number, since)
    closed = _filled(
        Day,
        goal_pk(goal_id),
        day_sk(date),
        goal_id=goal_id,
        user_id=user_id,
        date=date,
        zone="UTC",
        frequency=DAILY,
        opened_at=at - timedelta(days=1),
        closes_at=at,
        outcome="MISSED",
        closed_at=at,
        missed_run=number,
    )
    actions = [Goal.missed_run.set(number), Goal.missed_since.set(since), Goal.due_at.set(at + due_in)]
    transact([Put(closed), Update(Goal, user_pk(user_id), goal_sk(goal_id), actions)])
    return DayMissed(user_id=user_id, goal_id=goal_id, date=date, days_missed=number, missed_since=since)


def log(
    goal_id: str = GOAL, user_id: str = USER, *, since: str = FIRST, now: datetime = START, today: str = "2026-03-09"
) -> GoalLogged:
    """Store a log that ends a run, as its transaction does, and return the event."""
    actions = [Goal.missed_run.set(0), Goal.missed_since.remove(), Goal.streak.set(1)]
    ended = messaging.close_topic(run_topic(goal_id, since), "LOGGED", now=now)
    transact([Update(Goal, user_pk(user_id), goal_sk(goal_id), actions), ended])
    return GoalLogged(user_id=user_id, goal_id=goal_id, date=today, completed=True, streak=1, ended_run=since)


def withdraw(
    reason: str, goal_id: str = GOAL, user_id: str = USER, *, since: str = FIRST, now: datetime = START
) -> RunWithdrawn:
    """Store that a run ended without a log and return the event; words of danger hold the goal."""
    actions = [Goal.held_at.set(now)] if reason == "CRISIS" else [Goal.missed_run.set(0), Goal.missed_since.remove()]
    ended = messaging.close_topic(run_topic(goal_id, since), reason, now=now)
    transact([Update(Goal, user_pk(user_id), goal_sk(goal_id), actions), ended])
    return RunWithdrawn(user_id=user_id, goal_id=goal_id, missed_since=since, reason=reason)  # type: ignore[arg-type]


def steps(goal_id: str = GOAL) -> list[StepRow]:
    """Return every step of a goal."""
    key = (StepRow.pk == goal_pk(goal_id)) & StepRow.sk.startswith("STEP#")
    return [StepRow.load(dict(found)) for found in reads.query_all(StepRow, key, consistent=True)]


def contacts(goal_id: str = GOAL) -> list[Contact]:
    """Return every contact of a goal."""
    key = (Contact.pk == goal_pk(goal_id)) & Contact.sk.startswith("CONTACT#")
    return [Contact.load(dict(found)) for found in reads.query_all(Contact, key, consistent=True)]


def escalation(goal_id: str = GOAL, since: str = FIRST) -> Escalation | None:
    """Return the escalation of a run."""
    return reads.get(Escalation, goal_pk(goal_id), f"ESCALATION#{since}")


def partner(partner_id: str, user_id: str = USER) -> Any:
    """Return a partner as they stand."""
    return reads.get(Partner, user_pk(user_id), partner_sk(partner_id))


def lines(user_id: str = USER) -> list[InteractionView]:
    """Return a user's timeline as they read it, oldest first."""
    key = (Interaction.pk == user_pk(user_id)) & Interaction.sk.startswith("INTERACTION#")
    found = [Interaction.load(dict(found)) for found in reads.query_all(Interaction, key, consistent=True)]
    return [timeline.shown(line, "en") for line in found]
