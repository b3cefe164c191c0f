"""What a partner may see of a user's goals, and what they are asked to do just now (S-A-40, X-A-24)."""

from dataclasses import dataclass

from shared.accountability.escalation import contacts
from shared.accountability.escalation import rules as steps
from shared.accountability.escalation.items import Contact
from shared.accountability.goals.frequency import Frequency
from shared.accountability.goals.items import Goal, goal_sk
from shared.accountability.items import ContactKey, goal_pk, user_pk
from shared.accountability.team import rules
from shared.accountability.team.items import Partner
from shared.accountability.team.rules import Privacy
from shared.kernel.storage import reads

_ARRIVING = frozenset({"QUEUED", "SENT", "DELIVERED"})


@dataclass(frozen=True, slots=True)
class Ask:
    """Something a partner was asked and has not answered, or so that they may yet say more (``accepted``).

    A goal whose title is not for the partner is empty (X-A-24); ``days`` is ``None`` where no days are counted.
    """

    about: str
    goal: str
    days: int | None
    accepted: bool = False


@dataclass(frozen=True, slots=True)
class Settled:
    """Something a partner was asked that is over: what about, empty where it is not for them; what they answered."""

    goal: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How a goal goes, as far as the partner may know. Numbers are ``None`` where they are not for them.

    ``daily``: they are days that follow each other.
    """

    goal: str
    daily: bool = True
    streak: int | None = None
    longest: int | None = None
    missed: int | None = None


def backed(partner: Partner) -> list[Goal]:
    """Return the goals of a user that a partner backs, those that are running. One query."""
    key = (Goal.pk == user_pk(partner.user_id)) & Goal.sk.startswith(goal_sk(""))
    goals = [Goal.load(dict(found)) for found in reads.query_all(Goal, key)]
    running = [goal for goal in goals if goal.status in {"ACTIVE", "PAUSED"}]
    return [goal for goal in running if rules.supports(partner.goals, goal.goal_id)]


def progress(partner: Partner, goals: list[Goal]) -> list[Progress]:
    """Return how goals go in the words and numbers that a partner may read; a neutral one tells nothing."""
    if partner.privacy == Privacy.NEUTRAL:
        return []
    if partner.privacy == Privacy.TITLE:
        return [Progress(goal.title) for goal in goals]
    return [_numbers(goal) for goal in goals]


def _numbers(goal: Goal) -> Progress:
    daily = Frequency.model_validate_json(goal.frequency).kind == "DAILY"
    return Progress(goal.title, daily, goal.streak, goal.longest_streak, goal.missed_run)


def open_asks(partner: Partner, goals: list[Goal]) -> list[Ask]:
    """Return what a partner was asked in runs that go on, the newest of each goal. One query a goal that is missed."""
    found = [_open_ask(partner, goal) for goal in goals if goal.missed_since is not None and goal.held_at is None]
    return [ask for ask in found if ask]


def settled(partner: Partner, key: ContactKey, goals: list[Goal]) -> Settled | None:
    """Return what became of an ask that a partner got a link with; ``None`` where it was never made. One read."""
    contact = reads.get(Contact, key.pk, key.sk)
    if contact is None or contact.partner_id != partner.partner_id:
        return None
    title = next((goal.title for goal in goals if goal.goal_id == key.goal_id), "")
    return Settled(rules.title_for(partner.privacy, title), contact.response)


def _open_ask(partner: Partner, goal: Goal) -> Ask | None:
    since = Contact.sk.between(f"CONTACT#{goal.missed_since}", "CONTACT#~")
    rows = reads.query_all(Contact, (Contact.pk == goal_pk(goal.goal_id)) & since)
    mine = [contact for contact in (Contact.load(dict(row)) for row in rows) if _is_open(contact, partner)]
    if not mine:
        return None
    newest = mine[-1]
    about = contacts.name_of(newest).about
    return Ask(
        about,
        rules.title_for(partner.privacy, goal.title),
        None if newest.flexible else newest.escalation_day,
        accepted=newest.response is not None,
    )


def _is_open(contact: Contact, partner: Partner) -> bool:
    asked = contact.type == contacts.ASK and contact.partner_id == partner.partner_id
    return bool(asked and contact.response in steps.DECIDES and contact.state in _ARRIVING)
