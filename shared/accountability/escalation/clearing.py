"""The all-clear: who was really told or asked hears that there is nothing more to do, once for a run (X-A-15).

What ends a run is a log, also one that says "not done": the words say that somebody logs again, not that all is well.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.accountability.escalation import contacts
from shared.accountability.escalation.contacts import Wanted
from shared.accountability.escalation.items import Contact, Escalation
from shared.accountability.goals.items import Goal, Member, goal_sk
from shared.accountability.items import ContactKey, user_pk
from shared.accountability.team.items import Partner, partner_sk
from shared.accountability.team.rules import title_for
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Check, Refusal, Write
from shared.messaging import SecretLink

VALID = timedelta(days=1)

LOGGED, CRISIS = "LOGGED", "CRISIS"
"""Reasons of an escalation's end: the only one that says "has logged again", the only one that says nothing."""


def key_of(contact: Contact) -> ContactKey:
    """Return the name of the all-clear to whom a contact went to."""
    return ContactKey(contact.goal_id, str(contact.missed_since), contacts.CLEAR, contact.recipient_id)


def owed(contact: Contact, escalation: Escalation | None) -> bool:
    """Tell whether a partner who got a message has to hear of the end: not where words of danger ended the run."""
    told = contact.partner_id is not None and contact.step not in {contacts.CLEAR, contacts.MILESTONE}
    ended = escalation is not None and escalation.status == "ENDED" and escalation.reason != CRISIS
    return told and ended


def all_clear_writes(contact: Contact, escalation: Escalation, *, error: Refusal, now: datetime) -> list[Write]:
    """Return the writes of an all-clear, none where a person holds the goal's texts. One read of three items."""
    goal, member, partner = reads.get_many(
        [
            (Goal, user_pk(contact.user_id), goal_sk(contact.goal_id)),
            (Member, user_pk(contact.user_id), Member.SK),
            (Partner, user_pk(contact.user_id), partner_sk(contact.recipient_id)),
        ]
    )
    if goal.held_at is not None:
        return []
    wanted = Wanted(
        key=key_of(contact),
        user_id=contact.user_id,
        type=contacts.NOTICE,
        day=contact.escalation_day,
        name=partner.name,
        category="partner-all-clear",
        template="escalation.all-clear" if escalation.reason == LOGGED else "escalation.withdrawn",
        variables=_variables(goal, member, partner),
        valid=VALID,
        partner_id=partner.partner_id,
        missed_since=contact.missed_since,
        escalation_id=contact.escalation_id,
    )
    unheld = Check(Goal, goal.pk, goal.sk, Goal.held_at.does_not_exist(), error)
    return [unheld, *contacts.contact_writes(wanted, error=error, now=now)]


def _variables(goal: Goal, member: Member, partner: Partner) -> Mapping[str, str | SecretLink]:
    return {
        "partner_name": partner.name,
        "user_name": member.name,
        "goal": title_for(partner.privacy, goal.title),
    }
