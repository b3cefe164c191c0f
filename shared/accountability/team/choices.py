"""What partners choose: to agree, to decline, to leave, to rest, how to be reached (S-A-38, X-A-02, X-A-25).

Each returns the writes of the whole choice. ``also`` are further changes of the partner in the same write; ``words``
are, for the user's timeline, how they said it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pynamodb.expressions.update import Action

from shared import messaging
from shared.accountability.events import PartnerAccepted, PartnerDeclined, PartnerLeft
from shared.accountability.team import consents, invitations, people, rules, scope
from shared.accountability.team.consents import Said
from shared.accountability.team.errors import NotNow, OptedOut
from shared.accountability.team.items import Partner
from shared.accountability.team.rules import PartnerStatus, Ways
from shared.kernel.events import outbox
from shared.kernel.storage.writes import Write
from shared.kernel.text.speech import Sentence
from shared.messaging import Recipient, Wishes

_YES_MEANWHILE = Sentence("{name} said yes while they were not on your team.")
_NO_MEANWHILE = Sentence("{name} said no while they were not on your team.")


def _require(partner: Partner, allowed: frozenset[PartnerStatus]) -> None:
    if partner.status not in allowed:
        raise NotNow


def accept(
    partner: Partner,
    entry: Recipient,
    said: Said,
    *,
    wishes: Wishes | None = None,
    words: str = "",
    also: Sequence[Action] = (),
    now: datetime,
) -> list[Write]:
    """Agree: from now on they hear of the user's goals.

    Raises:
        NotNow: they agreed already, stopped everything, or were removed.

    The transaction fails with ``OptedOut`` where they stopped everything at the same moment.
    """
    _require(partner, rules.MAY_ACCEPT)
    ways = Ways(wishes.channels, voicemail=wishes.voicemail) if wishes else invitations.ways_of(entry)
    agreed = people.changing(
        partner,
        Partner.status.set(PartnerStatus.ACTIVE),
        Partner.consented_at.set(now),
        Partner.ended_at.remove(),
        Partner.paused_until.remove(),
        Partner.unsubscribed_at.remove(),
        *invitations.looked_at(partner, None),
        *also,
    )
    event = PartnerAccepted(user_id=partner.user_id, partner_id=partner.partner_id)
    addresses = people.hashes_of(partner, entry)
    changes = {"status": PartnerStatus.ACTIVE, "paused_until": None}
    return [
        agreed,
        *people.recorded(partner, changes, _reached(entry, wishes), by=partner.partner_id, now=now),
        *(messaging.suppression.unless_for(hashed, rules.WHOLE_PERSON, error=OptedOut) for hashed in addresses),
        *consents.stated("GIVEN", entry, ways.agreed(), said, now=now),
        *([messaging.directory.wishing(partner.partner_id, wishes)] if wishes else []),
        messaging.close_topic(invitations.topic(partner), "ACCEPTED", now=now),
        outbox(event, at=now),
        *people.telling_user(partner, "partner.accepted", words=words, now=now),
    ]


def _reached(entry: Recipient, wishes: Wishes | None) -> dict[str, tuple[Any, Any]]:
    """Return what wishes change of how somebody is reached, as far as the user sees it."""
    if wishes is None:
        return {}
    return {
        "channels": (list(entry.channels or ()), [str(channel) for channel in wishes.channels]),
        "voicemail": (bool(entry.voicemail), wishes.voicemail),
        "language": (entry.locale, wishes.locale),
    }


def decline(
    partner: Partner, entry: Recipient, said: Said, *, words: str = "", also: Sequence[Action] = (), now: datetime
) -> list[Write]:
    """Refuse: nothing more goes to them for this user.

    Raises:
        NotNow: they are not being asked.
    """
    _require(partner, rules.MAY_DECLINE)
    refused = people.changing(
        partner,
        Partner.status.set(PartnerStatus.DECLINED),
        Partner.ended_at.set(now),
        *invitations.looked_at(partner, None),
        *also,
    )
    event = PartnerDeclined(user_id=partner.user_id, partner_id=partner.partner_id)
    return [
        refused,
        *people.recorded(partner, {"status": PartnerStatus.DECLINED}, by=partner.partner_id, now=now),
        *consents.stated("DECLINED", entry, invitations.ways_of(entry).agreed(), said, now=now),
        messaging.close_topic(invitations.topic(partner), "DECLINED", now=now),
        outbox(event, at=now),
        *people.telling_user(partner, "partner.declined", words=words, now=now),
    ]


def answer_removed(
    partner: Partner,
    entry: Recipient,
    said: Said,
    *,
    agrees: bool,
    words: str = "",
    also: Sequence[Action] = (),
    now: datetime,
) -> list[Write]:
    """Keep the answer of somebody whom the user took out meanwhile: a restoration brings them back with it.

    Raises:
        NotNow: their standing before the removal takes no such answer.
    """
    if PartnerStatus(str(partner.removed_from)) not in (
        rules.MAY_ACCEPT if agrees else rules.STANDING | rules.UNREACHABLE
    ):
        raise NotNow
    became = PartnerStatus.ACTIVE if agrees else PartnerStatus.DECLINED
    consented = Partner.consented_at.set(now) if agrees else Partner.consented_at.remove()
    matter = f"removed.{became}#{partner.partner_id}#{partner.version}"
    noted = _YES_MEANWHILE if agrees else _NO_MEANWHILE
    return [
        people.on_timeline(partner, noted, matter, words=words, now=now),
        people.changing(partner, Partner.removed_from.set(became), consented, *also),
        *consents.stated("GIVEN" if agrees else "DECLINED", entry, invitations.ways_of(entry).agreed(), said, now=now),
    ]


def leave(
    partner: Partner, entry: Recipient, said: Said, *, words: str = "", also: Sequence[Action] = (), now: datetime
) -> list[Write]:
    """Leave this user's team: what waits for them is not sent any more.

    Raises:
        NotNow: they had not agreed.
    """
    _require(partner, rules.CONSENTING | rules.UNREACHABLE)
    left = people.changing(
        partner, Partner.status.set(PartnerStatus.LEFT), Partner.ended_at.set(now), Partner.paused_until.remove(), *also
    )
    event = PartnerLeft(user_id=partner.user_id, partner_id=partner.partner_id, status=PartnerStatus.LEFT)
    return [
        left,
        *people.recorded(partner, {"status": PartnerStatus.LEFT}, by=partner.partner_id, now=now),
        *consents.stated("WITHDRAWN", entry, invitations.ways_of(entry).agreed(), said, now=now),
        messaging.directory.paused(partner.partner_id, None),
        outbox(event, at=now),
        *people.telling_user(partner, "partner.left", words=words, now=now),
    ]


def set_wishes(
    partner: Partner,
    entry: Recipient,
    said: Said,
    wishes: Wishes,
    *,
    milestones: bool,
    shows_words: bool,
    also: Sequence[Action] = (),
    now: datetime,
) -> list[Write]:
    """Choose channels, hours and language, what to hear of, and whether the user reads what they write back.

    What they agree to follows the channels.

    Raises:
        NotNow: they had not agreed.
    """
    _require(partner, rules.CONSENTING)
    ways = Ways(wishes.channels, voicemail=wishes.voicemail)
    narrower, stopping = scope.narrowing(partner, {"milestones": milestones}, now=now)
    return [
        people.changing(
            partner, Partner.milestones.set(milestones), Partner.shows_words.set(shows_words), *narrower, *also
        ),
        *people.recorded(partner, {"milestones": milestones}, _reached(entry, wishes), by=partner.partner_id, now=now),
        *stopping,
        *consents.stated("GIVEN", entry, ways.agreed(), said, now=now),
        messaging.directory.wishing(partner.partner_id, wishes),
    ]


def rest(partner: Partner, until: datetime | None, *, also: Sequence[Action] = (), now: datetime) -> list[Write]:
    """Rest until a time, or take that back: nothing goes to them meanwhile.

    Raises:
        NotNow: they had not agreed.
    """
    _require(partner, rules.CONSENTING)
    status = PartnerStatus.PAUSED if until and until > now else PartnerStatus.ACTIVE
    paused = Partner.paused_until.set(until) if until else Partner.paused_until.remove()
    return [
        people.changing(partner, Partner.status.set(status), paused, *also),
        *people.recorded(partner, {"status": status, "paused_until": until}, by=partner.partner_id, now=now),
        messaging.directory.paused(partner.partner_id, until),
    ]
