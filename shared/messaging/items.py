"""What messaging stores about people: who can be reached how, what they agreed to, and what must never be sent."""

import hashlib
from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute

from shared.kernel.inbox import RECEIVED, InboxItem
from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, IntegerAttribute, Item
from shared.kernel.storage.table import DUE, Index, Table
from shared.kernel.text.forms import address_forms
from shared.messaging import phones
from shared.messaging.events import WHOLE

DOMAIN = "messaging"

REVIEWS = Index("reviews", "review_status", "opened_at", numeric=True)
"""The staff's queue of replies that a machine must not judge."""

RECIPIENTS = Index("recipients", "recipient_id", "requested_at", numeric=True)
"""What went out to somebody. Both keys are written once, so that no change of a message costs the index anything."""

TABLE = Table(DOMAIN, indexes=(DUE, RECEIVED, REVIEWS, RECIPIENTS))


def recipient_pk(recipient_id: str) -> str:
    """Return the partition of a recipient."""
    return f"RECIPIENT#{recipient_id}"


def address_hash(address: str) -> str:
    """Return the hash that stands in keys for whoever has a phone number (E.164) or a mail address.

    Case does not matter, nor by which of their numbers somebody is known (``phones.forms``), nor in which letters the
    domain of their mail address is written (``address_forms``).
    """
    return address_hashes(address)[0]


def address_hashes(address: str) -> tuple[str, ...]:
    """Return the hash of an address, and those under which something may be kept that was written of its other form.

    What is written now is kept under the first; whoever looks for something looks under all.
    """
    known = address_forms(address) if "@" in address else phones.forms(address.strip().lower())
    return tuple(hashlib.sha256(form.encode()).hexdigest() for form in known)


def address_pk(address: str) -> str:
    """Return the partition of an address, which outlives every recipient who has it (X-A-09)."""
    return address_pks(address)[0]


def address_pks(address: str) -> tuple[str, ...]:
    """Return every partition in which something of an address may lie, first its own."""
    return tuple(f"ADDRESS#{hashed}" for hashed in address_hashes(address))


class RecipientItem(Item):
    """Somebody who may be reached, and how they want to be.

    | key | value | access |
    |---|---|---|
    | pk | ``RECIPIENT#<recipient>`` | the gate, preferences |
    | sk | ``RECIPIENT`` | |

    ``channels`` are in order of preference; ``voicemail`` adds a voice message to each text (S-A-32). ``from_minute``
    and ``to_minute`` are the person's own hours, minutes after local midnight. ``muted`` holds ``<category>:<channel>``
    pairs and ``<category>:*`` (X-N-01). ``active`` ends with the relation; a message to somebody who left is blocked.
    ``zone`` is their own word; ``home_zone`` of users is where they live as another domain knows it. ``suspended``
    tells of a user that nothing goes out in their name.
    """

    domain = DOMAIN
    SK = "RECIPIENT"

    recipient_id = UnicodeAttribute()
    name = UnicodeAttribute()
    phone = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    channels: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    voicemail = BooleanAttribute(null=True)
    locale = UnicodeAttribute()
    zone = UnicodeAttribute(null=True)
    home_zone = UnicodeAttribute(null=True)
    from_minute = IntegerAttribute(null=True)
    to_minute = IntegerAttribute(null=True)
    muted: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    paused_until = InstantAttribute(null=True)
    active = BooleanAttribute()
    suspended = BooleanAttribute(null=True)
    version = IntegerAttribute()

    @property
    def clock_zone(self) -> str | None:
        """The zone by whose clocks they are told things: what they chose, else where they live."""
        chosen: str | None = self.zone or self.home_zone
        return chosen


class AddressEntry(Item):
    """That a recipient has an address.

    | key | value | access |
    |---|---|---|
    | pk | ``ADDRESS#<hash>`` | who has an address: replies, opt-outs |
    | sk | ``RECIPIENT#<recipient>`` | |
    """

    domain = DOMAIN

    recipient_id = UnicodeAttribute()


class AddressState(Item):
    """What is known of an address, whoever has it. Each writer updates its own attributes; there may be no row.

    | key | value | access |
    |---|---|---|
    | pk | ``ADDRESS#<hash>`` | the gate |
    | sk | ``STATE`` | |

    ``first_text_at`` is when the first text went out, which carries brand and opt-out words. ``heard_at`` is when the
    person last wrote by WhatsApp: own words may be sent for 24 hours (X-A-28). ``answered_at`` is when they were last
    answered that nothing waits for them.
    """

    domain = DOMAIN
    SK = "STATE"

    first_text_at = InstantAttribute(null=True)
    heard_at = InstantAttribute(null=True)
    answered_at = InstantAttribute(null=True)


def suppression_sk(scope: str = WHOLE) -> str:
    """Return the sort key of a suppression: of everything, or of one category (X-N-09)."""
    return Suppression.SK if scope == WHOLE else f"{Suppression.SK}#{scope}"


class Suppression(Item):
    """Nothing is sent to this address. Only its owner's own START or a decision of staff lifts it (X-A-05, X-A-09).

    | key | value | access |
    |---|---|---|
    | pk | ``ADDRESS#<hash>`` | the gate: read, and checked in the claim |
    | sk | ``SUPPRESSION``, or ``SUPPRESSION#<category>`` for mails unsubscribed by category | |

    ``lifted_at`` marks one that was taken back; the row stays. ``scope`` is ``ALL`` or, where the person narrowed it,
    one category's name. Reason ``REVIEW`` holds an address whose owner wrote something that may be a revocation, until
    a member of staff has decided on each of the replies in ``source`` (X-A-06).
    """

    domain = DOMAIN
    SK = "SUPPRESSION"

    reason = UnicodeAttribute()
    scope = UnicodeAttribute()
    source = UnicodeAttribute()
    note = UnicodeAttribute(null=True)
    suppressed_at = InstantAttribute()
    lifted_at = InstantAttribute(null=True)


def consent_sk(purpose: str) -> str:
    """Return the sort key of a recipient's consent for a purpose."""
    return f"CONSENT#{purpose}"


class Consent(Item):
    """What a recipient agreed to for one purpose, as it stands.

    | key | value | access |
    |---|---|---|
    | pk | ``RECIPIENT#<recipient>`` | the gate: read, and checked in the claim |
    | sk | ``CONSENT#<purpose>`` | |
    """

    domain = DOMAIN

    recipient_id = UnicodeAttribute()
    purpose = UnicodeAttribute()
    given = BooleanAttribute()
    channels: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    changed_at = InstantAttribute()
    evidence_id = UnicodeAttribute()


class Evidence(Item):
    """One line of the consent ledger: never changed, kept while the relation lasts and four years after it (X-A-01).

    | key | value | access |
    |---|---|---|
    | pk | ``RECIPIENT#<recipient>`` | the history of a recipient's consent |
    | sk | ``EVIDENCE#<time-ordered id>`` | |

    ``kind`` is REQUESTED, GIVEN, DECLINED, WITHDRAWN or EXPIRED. ``text_version`` and ``text_hash`` name the exact
    words that were agreed to. ``addresses`` are hashes. ``reply`` is what somebody wrote, ``reply_version`` of the
    lists by which it was read.
    """

    domain = DOMAIN

    recipient_id = UnicodeAttribute()
    evidence_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    purpose = UnicodeAttribute()
    channels: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    addresses: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    text_version = UnicodeAttribute(null=True)
    text_hash = UnicodeAttribute(null=True)
    at = InstantAttribute()
    network_address = UnicodeAttribute(null=True)
    user_agent = UnicodeAttribute(null=True)
    method = UnicodeAttribute()
    by = UnicodeAttribute(null=True)
    reply = UnicodeAttribute(null=True)
    reply_version = UnicodeAttribute(null=True)


class Topic(Item):
    """A matter that is over: nothing of it that was not claimed before leaves any more (X-A-15).

    | key | value | access |
    |---|---|---|
    | pk | ``TOPIC#<topic>`` | closed in the transaction of what ends it, checked in every claim |
    | sk | ``TOPIC`` | |
    """

    domain = DOMAIN
    SK = "TOPIC"

    closed_at = InstantAttribute()
    reason = UnicodeAttribute()
    expires_at = ExpiryAttribute()


class MessagingInbox(InboxItem):
    """What Twilio and SES posted."""

    domain = DOMAIN
