"""Contacts: who is told or asked what, once. A contact and its message have one key and are written together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared import messaging
from shared.accountability.escalation.items import Contact
from shared.accountability.items import ContactKey
from shared.accountability.team.scope import NARROWED
from shared.kernel.storage.writes import Put, Refusal, Write
from shared.messaging import MessageRequest, SecretLink

CLEAR, MILESTONE = "CLEAR", "MILESTONE"
"""Contacts that belong to no step of a plan."""

OUTREACH = "progress_team_outreach"
NOTICE = "emergency_support_team_notification"
ASK = "emergency_support_team_checkin_request"
CELEBRATION = "milestone_celebration"


def name_of(contact: Contact) -> ContactKey:
    """Return what names a stored contact."""
    return ContactKey(contact.goal_id, contact.date, contact.step, contact.recipient_id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A contact to make.

    Attributes:
        key: its name.
        user_id: whose goal it is about.
        type: of contact, in the specification's words.
        day: how many days were missed, or a milestone's days.
        name: of the recipient.
        category: of the message.
        template: of the message.
        variables: for its words.
        valid: how long the message makes sense.
        topics: what stops it.
        scope: of the partner, under which the words were chosen (``team.scope``).
        hours: allowed minutes of the recipient's day.
        not_before: earliest time to tell of it: a day that is told of as missed is over where its user is by now.
        partner_id: the partner, ``None`` for a guide.
        missed_since: the run, where there is one.
        escalation_id: its escalation.
        round: of the step.
        flexible: the goal owes no such number of days, so none is said.
    """

    key: ContactKey
    user_id: str
    type: str
    day: int
    name: str
    category: str
    template: str
    variables: Mapping[str, str | SecretLink]
    valid: timedelta
    topics: tuple[str, ...] = ()
    scope: int = 0
    hours: tuple[int, int] | None = None
    not_before: datetime | None = None
    partner_id: str | None = None
    missed_since: str | None = None
    escalation_id: str | None = None
    round: str | None = None
    flexible: bool = False


def message_of(wanted: Wanted) -> MessageRequest:
    """Return the request of a contact's message."""
    return MessageRequest(
        # A contact that was made again, under a narrower scope, is another message.
        key=f"{wanted.key.about}#{wanted.scope}" if wanted.scope else wanted.key.about,
        recipient_id=wanted.key.recipient_id,
        category=wanted.category,
        template=wanted.template,
        variables=wanted.variables,
        valid=wanted.valid,
        topics=wanted.topics,
        about=wanted.key.about,
        subject_id=wanted.user_id,
        hours=wanted.hours,
        not_before=wanted.not_before,
    )


def contact_writes(wanted: Wanted, *, error: Refusal, now: datetime) -> list[Write]:
    """Return the three writes that make a contact and send its message; ``error`` tells that it is there.

    One whose message was stopped because the partner may hear less by now is made again.
    """
    request = message_of(wanted)
    contact = Contact(
        pk=wanted.key.pk,
        sk=wanted.key.sk,
        goal_id=wanted.key.goal_id,
        user_id=wanted.user_id,
        escalation_id=wanted.escalation_id,
        missed_since=wanted.missed_since,
        date=wanted.key.date,
        step=wanted.key.step,
        round=wanted.round,
        escalation_day=wanted.day,
        type=wanted.type,
        partner_id=wanted.partner_id,
        recipient_id=wanted.key.recipient_id,
        name=wanted.name,
        message_id=request.message_id,
        state="QUEUED",
        contacted_at=now,
        flexible=wanted.flexible or None,
        version=1,
    )
    free = Contact.pk.does_not_exist() | (Contact.reason == NARROWED)
    return [Put(contact, condition=free, error=error), *messaging.request(request, now=now)]
