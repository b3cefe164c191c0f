"""What is stored of support teams, and of cases that a member of staff has to look at."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute

from shared.accountability.items import DOMAIN
from shared.kernel.due import DueIndexed
from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, IntegerAttribute, Item

DUE_KIND = "invitation"


class Partner(DueIndexed):
    """Somebody who backs a user (S-A-02). How they are reached is in messaging's directory, under the same id.

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | a user's support team |
    | sk | ``PARTNER#<partner>`` | |
    | due | kind ``invitation``, the next reminder or the expiry | sweep |

    ``status`` is ``rules.PartnerStatus``, ``privacy`` ``rules.Privacy``. ``goals`` limits them to some goals.
    ``addresses`` are hashes, released on removal. ``removed_from`` is the status that a removal ended. ``asked_at``
    is when they were last chosen for an ask: the least recently asked comes first (S-A-21). ``seed`` and
    ``generation`` make the links to their page: a link of an earlier generation was used. ``scope`` counts how often
    what they may hear or read was narrowed. ``shows_words``: the user may read what they write back in own words.
    ``declined_mails`` are the categories of mails that they unsubscribed from. Whoever unsubscribed from the user
    (``unsubscribed_at``) is never asked again. ``unfit``: their address itself cannot be used, whatever its owner
    says later.
    """

    domain = DOMAIN

    partner_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    name = UnicodeAttribute()
    relationship = UnicodeAttribute()
    status = UnicodeAttribute()
    removed_from = UnicodeAttribute(null=True)
    privacy = UnicodeAttribute()
    goals: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    milestones = BooleanAttribute()
    scope = IntegerAttribute(null=True)
    note = UnicodeAttribute(null=True)
    addresses: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    invited_at = InstantAttribute()
    reminders = IntegerAttribute()
    consented_at = InstantAttribute(null=True)
    ended_at = InstantAttribute(null=True)
    paused_until = InstantAttribute(null=True)
    asked_at = InstantAttribute(null=True)
    last_contacted_at = InstantAttribute(null=True)
    unsubscribed_at = InstantAttribute(null=True)
    unfit = BooleanAttribute(null=True)
    declined_mails: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    contact_count = IntegerAttribute()
    delivered_count = IntegerAttribute()
    ask_count = IntegerAttribute()
    answer_count = IntegerAttribute()
    wrote_at = InstantAttribute(null=True)
    shows_words = BooleanAttribute(null=True)
    seed = UnicodeAttribute()
    generation = IntegerAttribute()
    version = IntegerAttribute()


def partner_sk(partner_id: str) -> str:
    """Return the sort key of a partner."""
    return f"PARTNER#{partner_id}"


class Team(Item):
    """How many partners a user has, those who were removed left out.

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | counted with each who is added, removed, restored |
    | sk | ``TEAM`` | |
    """

    domain = DOMAIN
    SK = "TEAM"

    size = IntegerAttribute()


class PartnerAddress(Item):
    """That a user has a partner with an address: nobody is added twice, or asked again by being added anew.

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | |
    | sk | ``PARTNER-ADDRESS#<hash>`` | claimed with the partner, released on removal |

    ``partner_id`` is whose it is now; the row stays when they are removed, with when they were last invited.
    """

    domain = DOMAIN

    partner_id = UnicodeAttribute(null=True)
    asked_at = InstantAttribute()


def address_sk(hashed: str) -> str:
    """Return the sort key of a claimed address."""
    return f"PARTNER-ADDRESS#{hashed}"


class PartnerOwner(Item):
    """Whose partner an id is: links and events carry the partner's id only.

    | key | value | access |
    |---|---|---|
    | pk | ``PARTNER#<partner>`` | partner's page, replies, opt-outs |
    | sk | ``OWNER`` | |
    """

    domain = DOMAIN
    SK = "OWNER"

    user_id = UnicodeAttribute()


def owner_pk(partner_id: str) -> str:
    """Return the partition that tells whose partner an id is."""
    return f"PARTNER#{partner_id}"


class ShortLink(Item):
    """What the short link in a text leads to; the table keeps no link, only what it is known by.

    | key | value | access |
    |---|---|---|
    | pk | ``SHORT-LINK#<SHA-256 of the code, hex>`` | whoever has the link |
    | sk | ``SHORT-LINK`` | written with the request of its message |
    """

    domain = DOMAIN
    SK = "SHORT-LINK"

    partner_id = UnicodeAttribute()
    generation = IntegerAttribute()
    until = IntegerAttribute()
    expires_at = ExpiryAttribute()


def short_pk(hashed: str) -> str:
    """Return the partition of a short link, by the hash of its code."""
    return f"SHORT-LINK#{hashed}"


class Handled(Item):
    """That news of a partner was handled: it may come again, also long after they chose otherwise.

    | key | value | access |
    |---|---|---|
    | pk | ``PARTNER#<partner>`` | |
    | sk | ``REPLY#<reply>``, ``SENT#<message>``, ``DELIVERED#<message>`` | written with what the news did |
    """

    domain = DOMAIN

    expires_at = ExpiryAttribute()


class Lead(Item):
    """A visitor who left a phone number (S-A-53). How they are reached is in messaging's directory.

    | key | value | access |
    |---|---|---|
    | pk | ``LEAD#<lead>`` | once for each number: the id derives from its digits |
    | sk | ``LEAD`` | |

    ``source`` is where they came from first, ``last_source`` last.
    """

    domain = DOMAIN
    SK = "LEAD"

    lead_id = UnicodeAttribute()
    digits = UnicodeAttribute()
    source = UnicodeAttribute()
    last_source = UnicodeAttribute()
    first_seen_at = InstantAttribute()
    last_seen_at = InstantAttribute()


class LeadWords(Item):
    """Words of a page of others that visitors agreed to: what a hash in the ledger stands for (X-A-34).

    | key | value | access |
    |---|---|---|
    | pk | ``LEAD-WORDS#<SHA-256, hex>`` | by staff who have to prove a consent |
    | sk | ``LEAD-WORDS`` | |
    """

    domain = DOMAIN
    SK = "LEAD-WORDS"

    text = UnicodeAttribute()


def lead_pk(lead_id: str) -> str:
    """Return the partition of a lead."""
    return f"LEAD#{lead_id}"


class Case(Item):
    """Something that a person decides: a crisis, a dispute, an outreach without a guide.

    | key | value | access |
    |---|---|---|
    | pk | ``CASE#<case>`` | read, decide |
    | sk | ``CASE`` | |
    | cases | ``case_status`` OPEN or CLOSED, ``opened_at`` | the queue, oldest first |

    ``kind`` is ``rules.CaseKind``, ``decision`` ``rules.Decision``. The id derives from kind and matter, so that the
    same matter is one case. ``words`` are the user's, ``note`` is the staff's. ``said_at`` is when the latest words of
    danger were said that a crisis is about: later ones open it anew.
    """

    domain = DOMAIN
    SK = "CASE"

    case_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    case_status = UnicodeAttribute()
    user_id = UnicodeAttribute()
    goal_id = UnicodeAttribute(null=True)
    date = UnicodeAttribute(null=True)
    words = UnicodeAttribute(null=True)
    said_at = InstantAttribute(null=True)
    opened_at = InstantAttribute()
    closed_at = InstantAttribute(null=True)
    closed_by = UnicodeAttribute(null=True)
    decision = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)


def case_pk(case_id: str) -> str:
    """Return the partition of a case."""
    return f"CASE#{case_id}"
