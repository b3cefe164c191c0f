"""What partners and providers tell outside the page: answers to the request, opt-outs, addresses that fail."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import get_args

from pynamodb.expressions.update import Action

from shared import messaging
from shared.accountability import trail
from shared.accountability.events import PartnerLeft
from shared.accountability.team import (
    acknowledging,
    choices,
    consents,
    counting,
    invitations,
    links,
    people,
    quoting,
    rules,
)
from shared.accountability.team.consents import Said
from shared.accountability.team.errors import NotNow, OptedOut
from shared.accountability.team.items import Partner
from shared.accountability.team.people import AlreadyHandled
from shared.accountability.team.rules import PartnerStatus
from shared.kernel.events import outbox
from shared.kernel.storage.writes import Write, transact
from shared.kernel.text.speech import Sentence
from shared.messaging import Channel, Purpose, Recipient, Statement

Lost = (
    messaging.events.MessageBlocked
    | messaging.events.MessageFailed
    | messaging.events.MessageExpired
    | messaging.events.MessageCancelled
)
"""How a request for consent ends that was not delivered."""

News = (
    messaging.events.ReplyReceived
    | messaging.events.AddressOptedOut
    | messaging.events.AddressOptedIn
    | messaging.events.RecipientUnsubscribed
    | Lost
    | messaging.events.MessageSent
    | messaging.events.MessageDelivered
)
FOLLOWED = get_args(News)

PARTNER_PREFIX = "ptn_"
LEAD_PREFIX = "led_"


def handle(event: News, *, now: datetime) -> None:
    """Take in what was told of a partner or a lead; what is about another matter is not ours."""
    if isinstance(event, messaging.events.ReplyReceived):
        reply(event, now=now)
    elif isinstance(event, messaging.events.AddressOptedOut | messaging.events.AddressOptedIn):
        address_changed(event, now=now)
    elif isinstance(event, messaging.events.RecipientUnsubscribed):
        people.retry(lambda: _unsubscribed(event.recipient_id, now=now))
    elif isinstance(event, Lost):
        request_lost(event, now=now)
    else:
        if isinstance(event, messaging.events.MessageSent) and event.about == invitations.about(event.recipient_id):
            request_sent(event, now=now)
        counting.note(event, now=now)


def request_sent(event: messaging.events.MessageSent, *, now: datetime) -> None:
    """Keep in the ledger in which words consent was asked for, once: they are known when they have left (X-A-01)."""
    partner = links.partner_of(event.recipient_id)
    if partner is None:
        return
    entry, said = people.entry_of(partner.partner_id), replace(_as_shown(event.message_id), method="TIMER")
    ways = invitations.ways_of(entry).agreed()
    asked = f"ASKED#{event.message_id}#{event.channel}"
    with suppress(AlreadyHandled):
        transact(
            [
                people.once(partner.partner_id, asked, now=now),
                *consents.stated("REQUESTED", entry, ways, said, now=now),
            ]
        )
    # What they ended before they were named shows as well.
    people.retry(lambda: _follow(partner.partner_id, now=now))


def reply(event: messaging.events.ReplyReceived, *, now: datetime) -> None:
    """Take in what answers a request for consent, once however often it comes; anything else is not ours."""
    if event.about != invitations.about(event.recipient_id):
        return
    if event.answer in {"YES", "NO"}:
        people.retry(lambda: _reply(event, now=now))
    else:
        people.retry(lambda: _wrote(event, now=now))


def _wrote(event: messaging.events.ReplyReceived, *, acknowledged: Sequence[Write] = (), now: datetime) -> None:
    """Note that somebody wrote what answers no question: the user never hears that they have not answered."""
    partner = links.partner_of(event.recipient_id)
    if partner is None:
        return
    said = Sentence("{name} wrote back.")
    if partner.status == PartnerStatus.INVITED:
        said = Sentence("{name} wrote back to your invitation, but said neither yes nor no.")
    matter, words = f"wrote#{event.reply_id}#{partner.partner_id}", quoting.quoted(event, lambda: partner)
    line = people.on_timeline(partner, said, matter, words=words, now=now)
    once = people.once(partner.partner_id, f"REPLY#{event.reply_id}", now=now)
    with suppress(AlreadyHandled):
        transact([once, people.changing(partner, Partner.wrote_at.set(now)), line, *acknowledged])


def _reply(event: messaging.events.ReplyReceived, *, now: datetime) -> None:
    partner = links.partner_of(event.recipient_id)
    if partner is None:
        return
    if event.answer == "NO" and _was_contacted_since(partner):
        _stays(event, partner, now=now)
        return
    entry, said = people.entry_of(partner.partner_id), _as_replied(event)
    once = people.once(partner.partner_id, f"REPLY#{event.reply_id}", now=now)
    try:
        taken, template = _taken(event, partner, entry, said, now=now)
        answer = acknowledging.acknowledged(event, entry, template, people.name_of(partner.user_id), now=now)
        transact([once, *taken, *answer])
    except (AlreadyHandled, NotNow, OptedOut):
        # Known, or too late: the user removed them, they chose otherwise on their page, or stopped everything.
        return


def _stays(event: messaging.events.ReplyReceived, partner: Partner, *, now: datetime) -> None:
    """Tell somebody whose no comes long after the question that they are on the team still, and how to end it."""
    entry, user_name = people.entry_of(partner.partner_id), people.name_of(partner.user_id)
    answer = acknowledging.acknowledged(event, entry, "answer.stays", user_name, now=now)
    _wrote(event, acknowledged=answer, now=now)


def _was_contacted_since(partner: Partner) -> bool:
    """Tell whether somebody agreed and was contacted after that: their no is then no answer to the question any more.

    Whoever wants to end it is told in every message how to.
    """
    agreed, contacted = partner.consented_at, partner.last_contacted_at
    consents_now = partner.status in rules.CONSENTING
    return consents_now and agreed is not None and contacted is not None and contacted > agreed


def _as_shown(message_id: str) -> Said:
    shown = messaging.evidence.shown(message_id)
    return Said("REPLY", text_version=shown.version, text_hash=shown.text_hash) if shown else Said("REPLY")


def _as_replied(event: messaging.events.ReplyReceived) -> Said:
    """Return how somebody said it: to which words of ours, and in which of their own."""
    wrote = messaging.evidence.written(event.message_id, event.reply_id)
    said = _as_shown(event.message_id)
    return replace(said, reply=wrote.text, reply_version=wrote.version) if wrote else said


def _taken(
    event: messaging.events.ReplyReceived, partner: Partner, entry: Recipient, said: Said, *, now: datetime
) -> tuple[list[Write], str]:
    """Return the writes of YES or NO, and the template that acknowledges it."""
    agrees, words = event.answer == "YES", quoting.quoted(event, lambda: partner)
    if partner.status == PartnerStatus.REMOVED:
        return choices.answer_removed(partner, entry, said, agrees=agrees, words=words, now=now), "answer.not-needed"
    if agrees:
        return choices.accept(partner, entry, said, words=words, now=now), "answer.yes"
    if partner.status in rules.CONSENTING:
        return choices.leave(partner, entry, said, words=words, now=now), "answer.no"
    return choices.decline(partner, entry, said, words=words, now=now), "answer.no"


def address_changed(
    event: messaging.events.AddressOptedOut | messaging.events.AddressOptedIn, *, now: datetime
) -> None:
    """Follow what became of an address of somebody's: what stands in the suppressions counts, not the event's order."""
    if event.recipient_id.startswith(PARTNER_PREFIX):
        people.retry(lambda: _follow(event.recipient_id, now=now))
    elif event.recipient_id.startswith(LEAD_PREFIX) and _ends_everything(event):
        _sales_over(event.recipient_id, now=now)


def _ends_everything(event: messaging.events.AddressOptedOut | messaging.events.AddressOptedIn) -> bool:
    return isinstance(event, messaging.events.AddressOptedOut) and event.scope == messaging.events.WHOLE


def _unsubscribed(partner_id: str, *, now: datetime) -> None:
    """Let somebody leave, or decline, who unsubscribed from all about a user, and never be asked again.

    Where they had said no before, that alone is kept; a second time changes nothing.
    """
    partner = links.partner_of(partner_id)
    if partner is None or partner.unsubscribed_at is not None:
        return
    never = [Partner.unsubscribed_at.set(now)]
    try:
        writes = _unsubscribing(partner, never, now=now)
    except NotNow:
        writes = [people.changing(partner, *never)]
    transact(writes)


def _unsubscribing(partner: Partner, never: Sequence[Action], *, now: datetime) -> list[Write]:
    entry = people.entry_of(partner.partner_id)
    said = Said("WEB_PAGE", text_version=consents.UNSUBSCRIBE_VERSION)
    if partner.status == PartnerStatus.REMOVED:
        return choices.answer_removed(partner, entry, said, agrees=False, also=never, now=now)
    if partner.consented_at is not None:
        return choices.leave(partner, entry, said, also=never, now=now)
    return choices.decline(partner, entry, said, also=never, now=now)


def _follow(partner_id: str, *, now: datetime) -> None:
    partner = links.partner_of(partner_id)
    if partner is None:
        return
    entry = people.entry_of(partner_id)
    found = messaging.suppression.standing(*people.hashes_of(partner, entry))
    opted_out = [one for one in found if one.lifted_at is None]
    declined = messaging.suppression.kinds_ended(opted_out)
    if declined != (partner.declined_mails or []):
        transact(_declining(partner, declined, now=now))
        _follow(partner_id, now=now)
        return
    ended = [one for one in opted_out if one.scope == messaging.events.WHOLE]
    opt_outs = [(str(one.reason), messaging.suppression.said(one)) for one in ended]
    if writes := _after_opt_outs(partner, entry, opt_outs, now=now):
        transact(writes)


def _after_opt_outs(
    partner: Partner, entry: Recipient, opt_outs: Sequence[tuple[str, bool]], *, now: datetime
) -> list[Write]:
    """Return what follows from opt-outs that stand: of each its reason, and whether the address's owner said so."""
    became = rules.after_opt_outs([reason for reason, _ in opt_outs], entry.channels or ())
    present = PartnerStatus(partner.removed_from if partner.status == PartnerStatus.REMOVED else partner.status)
    if became is None and present in rules.UNREACHABLE and not partner.unfit:
        return _back(partner, entry, now=now)
    if became is not None and present in rules.STANDING:
        return _lost(partner, entry, present, became, _told_of(became, opt_outs), now=now)
    return []


def _declining(partner: Partner, categories: list[str], *, now: datetime) -> list[Write]:
    """Return the writes that keep which kinds of mails somebody ended; their user hears of each new one."""
    kept = people.changing(
        partner, Partner.declined_mails.set(categories) if categories else Partner.declined_mails.remove()
    )
    fewer = set(categories) - set(partner.declined_mails or []) and partner.status in rules.CONSENTING
    return [kept, *(people.telling_user(partner, "partner.fewer-mails", now=now) if fewer else ())]


def _told_of(became: PartnerStatus, opt_outs: Sequence[tuple[str, bool]]) -> str:
    """Return what the user is told: that they stopped us, that somebody else has the number, that nothing arrives."""
    if became == PartnerStatus.OPTED_OUT:
        return "partner.stopped"
    return "partner.wrong-number" if ("WRONG_NUMBER", True) in opt_outs else "partner.invalid"


def _becoming(partner: Partner, status: PartnerStatus, *also: Action, by: str, now: datetime) -> list[Write]:
    """Return the writes that change a partner's status; of one who was removed, what a restoration brings back."""
    if partner.status == PartnerStatus.REMOVED:
        return [people.changing(partner, Partner.removed_from.set(status), *also)]
    kept = people.recorded(partner, {"status": status}, by=by, now=now)
    return [people.changing(partner, Partner.status.set(status), *also), *kept]


def _lost(
    partner: Partner,
    entry: Recipient,
    before: PartnerStatus,
    became: PartnerStatus,
    template: str,
    *also: Action,
    now: datetime,
) -> list[Write]:
    unasked = invitations.looked_at(partner, None)
    by = partner.partner_id if became == PartnerStatus.OPTED_OUT else trail.SYSTEM
    writes = _becoming(partner, became, Partner.ended_at.set(now), *unasked, *also, by=by, now=now)
    if became == PartnerStatus.OPTED_OUT and before in rules.CONSENTING:
        ways = invitations.ways_of(entry).agreed()
        writes += consents.stated("WITHDRAWN", entry, ways, Said("REPLY"), now=now)
    if partner.status == PartnerStatus.REMOVED:
        return writes
    event = PartnerLeft(user_id=partner.user_id, partner_id=partner.partner_id, status=became)
    return [*writes, outbox(event, at=now), *people.telling_user(partner, template, now=now)]


def _back(partner: Partner, entry: Recipient, *, now: datetime) -> list[Write]:
    """Take up again with somebody whose addresses may be used again (X-A-08).

    Where they had agreed, their START agrees again; where not, the invitation goes on as far as its time is not over.
    """
    removed = partner.status == PartnerStatus.REMOVED
    ended = [] if removed else [Partner.ended_at.remove()]
    news = "partner.reachable" if partner.consented_at is None else "partner.back"
    told = [] if removed else people.telling_user(partner, news, now=now)
    if partner.consented_at is None:
        due_at = None if removed else rules.next_look(partner.invited_at, partner.reminders, now=now)
        looked_at = invitations.looked_at(partner, due_at)
        return [*_becoming(partner, PartnerStatus.INVITED, *ended, *looked_at, by=trail.SYSTEM, now=now), *told]
    rests = partner.paused_until is not None and partner.paused_until > now
    said = Said("REPLY", text_version=consents.START_VERSION)
    standing = PartnerStatus.PAUSED if rests else PartnerStatus.ACTIVE
    return [
        *_becoming(partner, standing, *ended, by=partner.partner_id, now=now),
        *consents.stated("GIVEN", entry, invitations.ways_of(entry).agreed(), said, now=now),
        *told,
    ]


def _sales_over(lead_id: str, *, now: datetime) -> None:
    """Keep in the ledger that a lead's STOP ended their consent to sales messages as well (X-A-34)."""
    statement = Statement(
        recipient_id=lead_id,
        kind="WITHDRAWN",
        purpose=Purpose.SALES,
        channels=(Channel.SMS, Channel.VOICE),
        method="REPLY",
    )
    transact(messaging.stated(statement, now=now))


def request_lost(event: Lost, *, now: datetime) -> None:
    """Follow a request for consent that was not delivered, and tell the user.

    Where no later one could mend it they cannot be reached. Else, where it was the first, they were not asked: no
    reminder goes to somebody who knows of nothing, and nobody is said not to have answered.
    """
    if event.about != invitations.about(event.recipient_id):
        return
    if isinstance(event, _REFUSED) and event.reason in _UNFIT:
        people.retry(lambda: _unfit(event.recipient_id, _UNFIT[event.reason], now=now))
        return
    people.retry(lambda: _follow(event.recipient_id, now=now))
    people.retry(lambda: _unasked(event, now=now))


def _unasked(event: Lost, *, now: datetime) -> None:
    partner = links.partner_of(event.recipient_id)
    why = "FAILED" if isinstance(event, messaging.events.MessageFailed) else getattr(event, "reason", "")
    writes = invitations.unasked(partner, event.message_id, why, now=now) if partner else []
    if writes:
        transact(writes)


def _unfit(partner_id: str, template: str, *, now: datetime) -> None:
    partner = links.partner_of(partner_id)
    if partner is not None and partner.status == PartnerStatus.INVITED:
        entry = people.entry_of(partner_id)
        lost = _lost(
            partner, entry, PartnerStatus.INVITED, PartnerStatus.INVALID, template, Partner.unfit.set(True), now=now
        )
        transact(lost)


_REFUSED = (messaging.events.MessageBlocked, messaging.events.MessageFailed)
_UNFIT = {
    "LANDLINE": "partner.no-texts",
    "COUNTRY": "partner.no-country",
    "NO_ADDRESS": "partner.invalid",
    "NO_PERSON": "partner.invalid",
}
"""Reasons of the gate, or of a provider, that lie in the address itself, and what the user is told."""
