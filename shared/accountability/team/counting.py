"""Contacts that belong to no goal: requests for consent, new links, the user's own words (S-A-33, S-A-34)."""

from contextlib import suppress
from datetime import datetime

from pynamodb.expressions.update import Action

from shared import messaging
from shared.accountability.team import groups, invitations, links, people
from shared.accountability.team.items import Partner
from shared.kernel.storage.writes import Update, Write, transact
from shared.kernel.text.speech import Sentence

Left = messaging.events.MessageSent | messaging.events.MessageDelivered


def note(event: Left, *, now: datetime) -> None:
    """Count a message to a partner that left or arrived, and put it on their user's timeline: once, by any channel."""
    partner = links.partner_of(event.recipient_id)
    said = _said(partner, event) if partner else None
    if partner is None or said is None:
        return
    sent = isinstance(event, messaging.events.MessageSent)
    news = f"{'SENT' if sent else 'DELIVERED'}#{event.message_id}"
    counted: list[Action] = [Partner.contact_count.add(1)] if sent else []
    # News of the request that come after the answer, and a link that somebody asked for, contact nobody anew.
    if sent and (partner.consented_at is None or str(event.about).startswith(groups.ABOUT)):
        counted.append(Partner.last_contacted_at.set(now))
    arrived = [] if sent else [Partner.delivered_count.add(1)]
    writes: list[Write] = [
        people.once(partner.partner_id, news, now=now),
        Update(Partner, partner.pk, partner.sk, [*counted, *arrived, Partner.version.add(1)]),
    ]
    if sent:
        writes.append(people.on_timeline(partner, said, news, now=now))
    with suppress(people.AlreadyHandled):
        transact(writes)


def _said(partner: Partner, event: Left) -> Sentence | None:
    """Return what the timeline says of a message, ``None`` where it is counted elsewhere."""
    if event.about == invitations.about(partner.partner_id):
        if invitations.is_reminder(partner, event.message_id):
            return Sentence("{name} was reminded of your question whether they back you.")
        return Sentence("{name} was asked whether they back you.")
    if event.about == links.about(partner.partner_id):
        return Sentence("{name} was sent a new link to their page.")
    if event.about is not None and event.about.startswith(groups.ABOUT):
        return Sentence("{name} was sent what you wrote.")
    return None
