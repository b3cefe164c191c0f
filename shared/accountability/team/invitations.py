"""Asking for consent: once, twice more at most, then never again for a while (X-A-02, X-A-03, S-A-42)."""

from datetime import datetime, timedelta

from pynamodb.expressions.update import Action

from shared import messaging
from shared.accountability import trail
from shared.accountability.events import InvitationExpired, PartnerInvited
from shared.accountability.team import consents, links, people, rules
from shared.accountability.team.consents import Said
from shared.accountability.team.errors import AskedRecently, NotNow, OptedOut
from shared.accountability.team.items import DUE_KIND, Partner, PartnerAddress, address_sk
from shared.accountability.team.rules import PartnerStatus, Ways
from shared.kernel.clock import to_ms
from shared.kernel.due import due_shard
from shared.kernel.events import outbox
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import VersionConflict
from shared.kernel.storage.writes import Update, Write, transact
from shared.kernel.text.links import unlinked
from shared.messaging import Channel, MessageRequest, Recipient

VALID = timedelta(days=3)
"""How long a reminder may wait for the hours of the person: until the next one."""

_FIRST = "consent.request"
_AGAIN = "consent.reminder"


NAMELESS = "there"
"""How somebody is greeted whose name shows nothing."""


def about(partner_id: str) -> str:
    """Return what messages about an invitation name it by."""
    return f"invitation:{partner_id}"


def topic(partner: Partner) -> str:
    """Return the topic of an invitation: closed by an answer, a removal, its end."""
    return f"invitation:{partner.partner_id}:{to_ms(partner.invited_at)}"


def _key(partner: Partner, number: int) -> str:
    return f"{topic(partner)}:{number}"


def is_reminder(partner: Partner, message_id: str) -> bool:
    """Tell whether a request is a reminder of the invitation that a partner has now."""
    return message_id in {messaging.message_id(_key(partner, number)) for number in range(1, partner.reminders + 1)}


def ways_of(entry: Recipient) -> Ways:
    """Return how somebody is reached."""
    return Ways(tuple(Channel(channel) for channel in entry.channels or ()), voicemail=bool(entry.voicemail))


def asking(partner: Partner, entry: Recipient, user_name: str, *, number: int, now: datetime) -> list[Write]:
    """Return the writes that ask for consent: ``number`` 0 for the first time, then each reminder's.

    The ledger names the template now, and the exact words once they have left (``news.request_sent``).
    """
    ways = ways_of(entry).agreed()
    template = _AGAIN if number else _FIRST
    waits = links.NOT_AT_ALL if number else rules.WAITS
    link, known = links.short_link(partner, waits=waits, now=now)
    wanted = MessageRequest(
        key=_key(partner, number),
        recipient_id=partner.partner_id,
        category="consent-request",
        template=template,
        variables={
            "partner_name": unlinked(partner.name) or NAMELESS,
            "user_name": user_name,
            "ways": ",".join(ways),
            "most": str(messaging.MOST_A_WEEK),
            "link": link,
            "note": unlinked(partner.note or ""),
        },
        valid=waits or VALID,
        channels=rules.asked_by(ways_of(entry).channels),
        topics=(topic(partner),),
        about=about(partner.partner_id),
        subject_id=partner.user_id,
    )
    asked = Said("TIMER" if number else "API", text_version=template)
    return [*consents.stated("REQUESTED", entry, ways, asked, now=now), known, *messaging.request(wanted, now=now)]


def invite_again(user_id: str, partner_id: str, *, now: datetime) -> Partner:
    """Ask somebody for consent once more, 30 days after they refused, left or let it pass.

    Raises:
        NotFound: there is no such partner.
        OptedOut: they stopped every message.
        NotNow: they are asked already, or agreed, or cannot be reached.
        AskedRecently: less than 30 days ago.
    """
    return people.retry(lambda: _invite_again(people.partner_as_read(user_id, partner_id), now=now))


def _may_be_asked(partner: Partner, *, now: datetime) -> None:
    if partner.status == PartnerStatus.OPTED_OUT:
        raise OptedOut
    if partner.status not in rules.MAY_BE_ASKED_AGAIN or partner.unsubscribed_at is not None:
        raise NotNow
    since = max(partner.invited_at, partner.ended_at or partner.invited_at)
    if now < since + rules.COOL_DOWN:
        again = (since + rules.COOL_DOWN).date().isoformat()
        raise AskedRecently(f"They were asked not long ago. You can ask again from {again} on.")


def _invite_again(partner: Partner, *, now: datetime) -> Partner:
    _may_be_asked(partner, now=now)
    entry, user_name = people.entry_of(partner.partner_id), people.name_of(partner.user_id)
    invited = people.changing(
        partner,
        Partner.status.set(PartnerStatus.INVITED),
        Partner.invited_at.set(now),
        Partner.reminders.set(0),
        Partner.ended_at.remove(),
        Partner.consented_at.remove(),
        Partner.generation.set(partner.generation + 1),
        *looked_at(partner, rules.next_look(now, 0, now=now)),
    )
    kept = people.recorded(partner, {"status": PartnerStatus.INVITED}, by=partner.user_id, now=now)
    partner.status, partner.invited_at, partner.generation = PartnerStatus.INVITED, now, partner.generation + 1
    event = PartnerInvited(user_id=partner.user_id, partner_id=partner.partner_id)
    remembered = [
        Update(PartnerAddress, partner.pk, address_sk(hashed), [PartnerAddress.asked_at.set(now)])
        for hashed in partner.addresses
    ]
    asked = asking(partner, entry, user_name, number=0, now=now)
    transact([invited, *kept, *remembered, *asked, outbox(event, at=now)])
    return partner


def looked_at(partner: Partner, at: datetime | None) -> list[Action]:
    """Return the changes that have an invitation looked at again, or never."""
    if at is None:
        return [Partner.due_shard.remove(), Partner.due_at.remove()]
    return [Partner.due_shard.set(due_shard(DUE_KIND, partner.pk)), Partner.due_at.set(at)]


def look(pk: str, sk: str, *, now: datetime) -> None:
    """Remind somebody who has not answered, or end their invitation; whatever comes early or twice does nothing."""
    partner = reads.get(Partner, pk, sk)
    if partner is None or partner.status != PartnerStatus.INVITED or partner.due_at is None or partner.due_at > now:
        return
    entry, (begun, waits) = people.entry_of(partner.partner_id), _begun(partner)
    writes: list[Write]
    if begun is None and waits:
        writes = [people.changing(partner, *looked_at(partner, now + rules.APART))]
    elif begun is None:
        writes = _ending(partner, entry, "partner.not-asked", now=now)
    elif rules.is_over(begun, now=now):
        writes = _ending(partner, entry, _unanswered(partner), now=now)
    elif rules.may_remind(begun, partner.reminders, now=now):
        writes = _reminding(partner, entry, begun, now=now)
    else:
        at = min(now + rules.APART, begun + rules.EXPIRES)
        writes = [people.changing(partner, *looked_at(partner, at))]
    try:
        transact(writes)
    except VersionConflict:
        # Answered, or looked at by another copy, at the same moment; what is still due is found by the next sweep.
        return


def _begun(partner: Partner) -> tuple[datetime | None, bool]:
    """Return since when somebody may know of an invitation, ``None`` where its first request has not left.

    And whether that may still leave: nobody is reminded of what they never got, and a budget of ours that keeps a
    request back ends no invitation.
    """
    shown = messaging.evidence.shown(messaging.message_id(_key(partner, 0)))
    if shown is None:
        return partner.invited_at, False
    if shown.text_hash is None:
        return None, shown.waits
    return max(partner.invited_at, shown.at or partner.invited_at), False


def _unanswered(partner: Partner) -> str:
    """Return what the user is told of an invitation that is over: never that somebody is silent who wrote."""
    if partner.wrote_at is not None and partner.wrote_at >= partner.invited_at:
        return "partner.unclear"
    return "partner.expired"


def _reminding(partner: Partner, entry: Recipient, begun: datetime, *, now: datetime) -> list[Write]:
    number = partner.reminders + 1
    counted = people.changing(
        partner,
        Partner.reminders.set(number),
        *looked_at(partner, rules.next_look(begun, number, now=now)),
    )
    return [counted, *asking(partner, entry, people.name_of(partner.user_id), number=number, now=now)]


def unasked(partner: Partner, message_id: str, why: str, *, now: datetime) -> list[Write]:
    """Return the writes that end an invitation whose first request never reached anybody, and tell the user so.

    None where the request was another one, or things stand differently by now. ``why`` is the reason of the gate, or
    FAILED where it left and did not arrive.
    """
    if partner.status != PartnerStatus.INVITED or message_id != messaging.message_id(_key(partner, 0)):
        return []
    return _ending(partner, people.entry_of(partner.partner_id), "partner.not-asked", why=why, now=now)


def _ending(partner: Partner, entry: Recipient, told: str, *, why: str = "", now: datetime) -> list[Write]:
    ended = people.changing(
        partner, Partner.status.set(PartnerStatus.EXPIRED), Partner.ended_at.set(now), *looked_at(partner, None)
    )
    event = InvitationExpired(user_id=partner.user_id, partner_id=partner.partner_id)
    return [
        ended,
        *people.recorded(partner, {"status": PartnerStatus.EXPIRED}, by=trail.SYSTEM, now=now),
        *consents.stated("EXPIRED", entry, ways_of(entry).agreed(), Said("TIMER"), now=now),
        messaging.close_topic(topic(partner), "EXPIRED", now=now),
        outbox(event, at=now),
        *people.telling_user(partner, told, why=why, now=now),
    ]
