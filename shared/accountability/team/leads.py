"""Visitors who leave a phone number (S-A-53, X-A-34)."""

from datetime import datetime

from shared import messaging
from shared.accountability.team import consents
from shared.accountability.team.items import Lead, LeadWords, lead_pk
from shared.accountability.team.schemas import LeadAccepted, NewLead
from shared.kernel.ids import derived_id
from shared.kernel.storage.conflicts import AlreadyExists
from shared.kernel.storage.writes import Put, Update, transact
from shared.messaging import Channel, Purpose, Recipient, Statement

CHANNELS = (Channel.SMS, Channel.VOICE)
NAMELESS = "there"
"""How somebody is greeted who left no name."""


def capture(wanted: NewLead, *, network_address: str, user_agent: str, now: datetime) -> LeadAccepted:
    """Keep a number once, and the evidence of the consent each time; words that are not ours are kept by their hash.

    The answer does not tell whether the number was known. One that was stopped stays so: only its owner's START lifts
    that. A landline is kept, too: it is called, and the gate lets no text go there.

    Raises:
        ValidationFailed: it is no number of a person, or in no country that we write to.
    """
    phone = messaging.phones.reachable(wanted.phone, field="phone", region=wanted.region)
    digits = phone.removeprefix("+")
    # Once for each person, by whichever of their numbers.
    lead_id = derived_id("led", messaging.phones.forms(phone)[0].removeprefix("+"))
    given = messaging.stated(
        _statement(lead_id, phone, wanted, network_address=network_address, user_agent=user_agent), now=now
    )
    entry = Recipient(recipient_id=lead_id, name=wanted.name or NAMELESS, phone=phone, channels=CHANNELS)
    if wanted.consent_text:
        given.append(_words(wanted.consent_text))
    try:
        transact([_new(lead_id, digits, wanted.source, now=now), *messaging.enlist(entry), *given])
    except AlreadyExists:
        seen = [Lead.last_source.set(wanted.source), Lead.last_seen_at.set(now)]
        transact([Update(Lead, lead_pk(lead_id), Lead.SK, seen), *given])
    return LeadAccepted()


def _new(lead_id: str, digits: str, source: str, *, now: datetime) -> Put:
    lead = Lead(
        pk=lead_pk(lead_id),
        sk=Lead.SK,
        lead_id=lead_id,
        digits=digits,
        source=source,
        last_source=source,
        first_seen_at=now,
        last_seen_at=now,
    )
    return Put(lead, condition=Lead.pk.does_not_exist(), error=AlreadyExists)


def _words(text: str) -> Put:
    return Put(LeadWords(pk=f"LEAD-WORDS#{consents.hash_of(text)}", sk=LeadWords.SK, text=text))


def _statement(lead_id: str, phone: str, wanted: NewLead, *, network_address: str, user_agent: str) -> Statement:
    own = wanted.consent_text
    return Statement(
        recipient_id=lead_id,
        kind="GIVEN",
        purpose=Purpose.SALES,
        channels=CHANNELS,
        method="WEB_PAGE",
        addresses=[phone],
        text_version=consents.LEAD_OWN_VERSION if own else consents.LEAD_VERSION,
        text_hash=consents.hash_of(own or consents.lead_text()),
        network_address=network_address,
        user_agent=user_agent[: consents.AGENT],
    )
