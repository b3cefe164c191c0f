"""The user's side of a support team: name somebody, look, change, remove, restore (S-A-02)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast, get_args

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from shared import messaging
from shared.accountability.events import PartnerInvited, PartnerLeft
from shared.accountability.items import user_pk
from shared.accountability.policies import rules as policy_rules
from shared.accountability.team import invitations, people, rules, scope
from shared.accountability.team.errors import AskedRecently, NotNow, PartnerExists, TeamFull
from shared.accountability.team.items import (
    DUE_KIND,
    Partner,
    PartnerAddress,
    PartnerOwner,
    Team,
    address_sk,
    owner_pk,
    partner_sk,
)
from shared.accountability.team.rules import ContactMethod, PartnerStatus, Privacy, Ways
from shared.accountability.team.schemas import PartnerChange, PartnerChannel, PartnerView, Relationship
from shared.kernel.due import due_shard
from shared.kernel.errors import ValidationFailed
from shared.kernel.events import outbox
from shared.kernel.ids import derived_id
from shared.kernel.security import derived
from shared.kernel.storage.client import Attributes
from shared.kernel.storage.writes import Put, Update, Write, transact
from shared.kernel.versions import Seen
from shared.messaging import PHONE, Channel, Recipient

if TYPE_CHECKING:
    from shared.accountability.team.naming import NewPartner


class AddedBefore(Exception):
    """An earlier try of the same request added them."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How somebody is reached: addresses that were looked at, and ways that they serve."""

    phone: str | None
    email: str | None
    ways: Ways

    @property
    def addresses(self) -> list[str]:
        """The addresses there are."""
        return [one for one in (self.phone, self.email) if one]


def add(user_id: str, wanted: "NewPartner", operation: str, *, now: datetime) -> PartnerView:
    """Name somebody, and ask them for their consent: one request on their first channel, and nothing else (X-A-02).

    Raises:
        ValidationFailed: a number is none, or cannot be texted; a channel lacks its address; the address is the
            user's own; a goal is not theirs.
        PartnerExists: one of the addresses belongs to a partner of theirs.
        TeamFull: they have 20.
    """
    partner_id = derived_id("ptn", user_id, operation)
    reached = _reached(wanted)
    _require_somebody_else(user_id, reached)
    people.require_goals(user_id, wanted.goals, field="goals")
    partner = _new(user_id, partner_id, wanted, reached, now=now)
    entry = _entry(partner_id, wanted, reached)
    try:
        transact(_adding(partner, reached, entry, people.name_of(user_id), now=now))
    except AddedBefore:
        partner = people.partner_as_read(user_id, partner_id)
    return view(partner, people.entry_of(partner_id), now=now)


def _reached(wanted: "NewPartner") -> Reached:
    phone = _number(wanted.phone) if wanted.phone else None
    usual = ContactMethod.TEXT_VOICEMAIL if wanted.phone or not wanted.email else ContactMethod.EMAIL
    method = wanted.preferred_contact_method or usual
    by_channels = wanted.channels and Ways(rules.with_a_text([Channel(channel) for channel in wanted.channels]))
    ways = by_channels or rules.METHODS[method]
    field = "channels" if wanted.channels else "preferredContactMethod"
    if not rules.WRITTEN & set(ways.channels):
        raise ValidationFailed(details=[(field, "Consent is asked for in writing: add SMS, WHATSAPP or EMAIL")])
    if PHONE & set(ways.channels) and phone is None:
        raise ValidationFailed(details=[("phone", "Needed for texts, WhatsApp and calls")])
    if Channel.EMAIL in ways.channels and wanted.email is None:
        raise ValidationFailed(details=[("email", "Needed for e-mail")])
    texts = {Channel.SMS, Channel.WHATSAPP} & set(ways.channels)
    if phone and texts and not messaging.phones.describe(phone).texts:
        raise ValidationFailed(
            details=[("phone", "A landline receives no texts: add an e-mail address, and choose mails or calls")]
        )
    return Reached(phone, wanted.email, ways)


def _number(told: str) -> str:
    return messaging.phones.reachable(told, field="phone", otherwise="; name them with an e-mail address")


def _require_somebody_else(user_id: str, reached: Reached) -> None:
    own = messaging.recipient_of(user_id)
    fields = {"phone": reached.phone, "email": reached.email}
    theirs = {messaging.address_hash(address) for address in (own.phone, own.email) if address} if own else set()
    same = [field for field, address in fields.items() if address and messaging.address_hash(address) in theirs]
    if same:
        raise ValidationFailed(details=[(field, "This is your own") for field in same])


def _new(user_id: str, partner_id: str, wanted: "NewPartner", reached: Reached, *, now: datetime) -> Partner:
    return Partner(
        pk=user_pk(user_id),
        sk=partner_sk(partner_id),
        partner_id=partner_id,
        user_id=user_id,
        name=wanted.name,
        relationship=wanted.relationship,
        status=PartnerStatus.INVITED,
        privacy=wanted.privacy,
        goals=wanted.goals,
        milestones=wanted.milestones,
        note=wanted.note,
        addresses=[hashed for address in reached.addresses for hashed in messaging.address_hashes(address)],
        invited_at=now,
        reminders=0,
        contact_count=0,
        delivered_count=0,
        ask_count=0,
        answer_count=0,
        seed=derived.new_seed(),
        generation=0,
        due_shard=due_shard(DUE_KIND, user_pk(user_id)),
        due_at=rules.next_look(now, 0, now=now),
        version=1,
    )


def _entry(partner_id: str, wanted: "NewPartner", reached: Reached) -> Recipient:
    return Recipient(
        recipient_id=partner_id,
        name=wanted.name,
        phone=reached.phone,
        email=reached.email,
        channels=reached.ways.channels,
        voicemail=reached.ways.voicemail,
        locale=wanted.language,
        zone=wanted.zone,
    )


def _adding(partner: Partner, reached: Reached, entry: Recipient, user_name: str, *, now: datetime) -> list[Write]:
    owner = PartnerOwner(pk=owner_pk(partner.partner_id), sk=PartnerOwner.SK, user_id=partner.user_id)
    event = PartnerInvited(user_id=partner.user_id, partner_id=partner.partner_id)
    return [
        Put(partner, condition=Partner.pk.does_not_exist(), error=AddedBefore),
        Put(owner),
        *_claiming(partner, reached, now=now),
        _one_more(partner.user_id),
        *messaging.enlist(entry),
        *invitations.asking(partner, entry, user_name, number=0, now=now),
        outbox(event, at=now),
    ]


def _claiming(partner: Partner, reached: Reached, *, now: datetime) -> list[Write]:
    rested = PartnerAddress.partner_id.does_not_exist() & (PartnerAddress.asked_at <= now - rules.COOL_DOWN)
    free = PartnerAddress.pk.does_not_exist() | rested
    asked = PartnerAddress.asked_at.set(now)
    named = [("phone", reached.phone), ("email", reached.email)]
    return [
        # Under both numbers of somebody who has two, so that it does not matter by which they are named next.
        _claim(partner, hashed, free, asked, field=field)
        for field, address in named
        if address
        for hashed in messaging.address_hashes(address)
    ]


def _claim(partner: Partner, hashed: str, free: Condition, *also: Action, field: str | None = None) -> Update:
    mine = PartnerAddress.partner_id.set(partner.partner_id)

    def taken(old: Attributes | None) -> Exception:
        if old and PartnerAddress.load(old).partner_id is None:
            return AskedRecently("They were asked less than 30 days ago. If you removed them, restore them.")
        return PartnerExists(details=[(field, PartnerExists.message)] if field else ())

    return Update(PartnerAddress, partner.pk, address_sk(hashed), [mine, *also], condition=free, error=taken)


def _one_more(user_id: str) -> Update:
    room = Team.size.does_not_exist() | (Team.size < policy_rules.MOST_PARTNERS)
    return Update(Team, user_pk(user_id), Team.SK, [Team.size.add(1)], condition=room, error=TeamFull)


def listed(user_id: str, active: bool | None, *, now: datetime) -> list[PartnerView]:
    """Return a user's partners, those who were removed last, in the order they were added (S-A-09).

    Args:
        user_id: whose.
        active: only those whose relation is not over, or only the others.
        now: the present.
    """
    team = [partner for partner in people.team_of(user_id) if active in {None, partner.status in rules.STANDING}]
    entries = people.entries_of(team)
    pairs = sorted(zip(team, entries, strict=True), key=lambda pair: pair[0].status == PartnerStatus.REMOVED)
    return [view(partner, entry, now=now) for partner, entry in pairs]


def read(user_id: str, partner_id: str, *, now: datetime) -> PartnerView:
    """Return a user's partner.

    Raises:
        NotFound: there is none, or they are someone else's.
    """
    return view(people.partner_as_read(user_id, partner_id), people.entry_of(partner_id), now=now)


def view(partner: Partner, entry: Recipient, *, now: datetime) -> PartnerView:
    """Return a partner as their user sees them."""
    known = get_args(PartnerChannel)
    return PartnerView(
        id=partner.partner_id,
        name=partner.name,
        relationship=cast("Relationship", partner.relationship),
        phone=entry.phone,
        email=entry.email,
        channels=[cast("PartnerChannel", str(channel)) for channel in entry.channels if channel in known],
        voicemail=bool(entry.voicemail),
        language=entry.locale,
        zone=entry.zone,
        status=rules.standing(partner.status, partner.paused_until, now=now),
        active=partner.status in rules.STANDING,
        consent_given=partner.status in rules.CONSENTING,
        consent_date=partner.consented_at,
        milestones=partner.milestones,
        privacy=Privacy(partner.privacy),
        goals=partner.goals,
        note=partner.note,
        invited_at=partner.invited_at,
        paused_until=partner.paused_until,
        last_contacted=partner.last_contacted_at,
        declined_mails=[str(category) for category in partner.declined_mails or ()],
        contact_count=partner.contact_count,
        version=partner.version,
    )


def change(user_id: str, partner_id: str, wanted: PartnerChange, seen: Seen, *, now: datetime) -> PartnerView:
    """Change what a user decides about a partner. What waits for them and they may not hear any more is not sent.

    Raises:
        NotFound: there is none, or they were removed.
        ValidationFailed: a goal is not the user's.
        OtherVersion: they are in another version than was seen.
    """
    people.require_goals(user_id, wanted.goals, field="goals")
    people.retry(lambda: _change(people.partner_as_read(user_id, partner_id), wanted, seen, now=now))
    return read(user_id, partner_id, now=now)


def _change(partner: Partner, wanted: PartnerChange, seen: Seen, *, now: datetime) -> None:
    seen.require(partner.version)
    if partner.status == PartnerStatus.REMOVED:
        raise NotNow
    given = wanted.model_fields_set
    changes = {field: getattr(wanted, field) for field in sorted(given & _OF_PARTNER)}
    kept = [_kept(field, value) for field, value in changes.items()]
    narrower, stopping = scope.narrowing(partner, changes, now=now)
    writes: list[Write] = [people.changing(partner, *kept, *narrower), *stopping]
    reached = {}
    if given & _OF_ENTRY:
        entry = people.entry_of(partner.partner_id)
        locale, zone = wanted.language or entry.locale, wanted.zone if "zone" in given else entry.zone
        reached = {"language": (entry.locale, locale), "zone": (entry.zone, zone)}
        name = wanted.name or entry.name
        writes.append(messaging.directory.known_as(partner.partner_id, name=name, locale=locale, zone=zone))
    transact([*writes, *people.recorded(partner, changes, reached, by=partner.user_id, now=now)])


_OF_PARTNER = frozenset({"name", "relationship", "milestones", "privacy", "goals", "note"})
_OF_ENTRY = frozenset({"name", "language", "zone"})


def _kept(field: str, value: object) -> Action:
    attribute = getattr(Partner, field)
    action: Action = attribute.remove() if value is None else attribute.set(value)
    return action


def remove(user_id: str, partner_id: str, *, now: datetime) -> PartnerView:
    """Take a partner out of the team: nothing goes to them any more, what waits is not sent. Twice is fine.

    Their address may be named anew, 30 days after they were last asked; the ledger of their consent stays.

    Raises:
        NotFound: there is none, or they are someone else's.
    """
    people.retry(lambda: _remove(people.partner_as_read(user_id, partner_id), now=now))
    return read(user_id, partner_id, now=now)


def _remove(partner: Partner, *, now: datetime) -> None:
    if partner.status == PartnerStatus.REMOVED:
        return
    removed = people.changing(
        partner,
        Partner.status.set(PartnerStatus.REMOVED),
        Partner.removed_from.set(partner.status),
        Partner.ended_at.set(now),
        Partner.generation.set(partner.generation + 1),
        *invitations.looked_at(partner, None),
    )
    event = PartnerLeft(user_id=partner.user_id, partner_id=partner.partner_id, status=PartnerStatus.REMOVED)
    released = [
        Update(PartnerAddress, partner.pk, address_sk(hashed), [PartnerAddress.partner_id.remove()])
        for hashed in partner.addresses
    ]
    one_less = Update(Team, partner.pk, Team.SK, [Team.size.add(-1)])
    transact(
        [
            removed,
            *people.recorded(partner, {"status": PartnerStatus.REMOVED}, by=partner.user_id, now=now),
            *released,
            one_less,
            messaging.directory.active(partner.partner_id, is_active=False),
            outbox(event, at=now),
        ]
    )


def restore(user_id: str, partner_id: str, *, now: datetime) -> PartnerView:
    """Take back a removal within 30 days: as they were, with the consent they gave (S-A-10).

    Raises:
        NotFound: there is none, or they are someone else's.
        NotNow: they were not removed, or too long ago.
        PartnerExists: another partner has their address by now.
        TeamFull: the user has 20 others.
    """
    people.retry(lambda: _restore(people.partner_as_read(user_id, partner_id), now=now))
    return read(user_id, partner_id, now=now)


def _restore(partner: Partner, *, now: datetime) -> None:
    if (
        partner.status != PartnerStatus.REMOVED
        or partner.ended_at is None
        or now > partner.ended_at + rules.RECOVERABLE
    ):
        raise NotNow
    before = partner.removed_from
    due_at = (
        rules.next_look(partner.invited_at, partner.reminders, now=now) if before == PartnerStatus.INVITED else None
    )
    ended = Partner.ended_at.remove() if before in rules.STANDING else Partner.ended_at.set(now)
    restored = people.changing(
        partner,
        Partner.status.set(before),
        Partner.removed_from.remove(),
        ended,
        *invitations.looked_at(partner, due_at),
    )
    released = PartnerAddress.partner_id.does_not_exist()
    reclaimed = [_claim(partner, hashed, released) for hashed in partner.addresses]
    transact(
        [
            restored,
            *people.recorded(partner, {"status": before}, by=partner.user_id, now=now),
            *reclaimed,
            _one_more(partner.user_id),
            messaging.directory.active(partner.partner_id, is_active=True),
        ]
    )


def invite_again(user_id: str, partner_id: str, *, now: datetime) -> PartnerView:
    """Ask a partner for their consent once more (``invitations.invite_again``)."""
    invitations.invite_again(user_id, partner_id, now=now)
    return read(user_id, partner_id, now=now)
