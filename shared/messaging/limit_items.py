"""What messaging stores to hold sends to limits: counts, budgets, and which senders carriers know."""

from pynamodb.attributes import ListAttribute, UnicodeAttribute, UnicodeSetAttribute

from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, IntegerAttribute, Item
from shared.messaging.items import DOMAIN


class SendCounter(Item):
    """The latest messages of a category or purpose to a person, or about a user, as far back as caps look (X-A-12).

    | key | value | access |
    |---|---|---|
    | pk | ``ADDRESS#<hash>``, ``RECIPIENT#<recipient>`` or ``SUBJECT#<user>`` | the gate; counted in the claim |
    | sk | ``SENDS#<category or purpose>`` | |

    ``sends`` are ``<milliseconds>#<message>#<user it is about>``, oldest first. A message counts once, however many
    channels it tries. ``waiting`` are ``<milliseconds>##<user>``, whose message a full cap kept back.
    """

    domain = DOMAIN

    sends = ListAttribute(of=UnicodeAttribute)
    waiting = UnicodeSetAttribute(null=True)
    version = IntegerAttribute()
    expires_at = ExpiryAttribute()


def sends_sk(category: str) -> str:
    """Return the sort key of a counter."""
    return f"SENDS#{category}"


class Budget(Item):
    """How much may be sent to a country or a block of numbers in a day (UTC); what is not listed has the default.

    | key | value | access |
    |---|---|---|
    | pk | ``BUDGET#<scope>``, e.g. ``BUDGET#country:US``, ``BUDGET#prefix:+1212555`` | the limit |
    | sk | ``LIMIT`` | |
    """

    domain = DOMAIN
    SK = "LIMIT"

    scope = UnicodeAttribute()
    units = IntegerAttribute()
    changed_at = InstantAttribute()
    changed_by = UnicodeAttribute()
    version = IntegerAttribute(null=True)


class Spent(Item):
    """What was sent to a country or a block of numbers on one day. A hot item: never part of a transaction.

    | key | value | access |
    |---|---|---|
    | pk | ``BUDGET#<scope>`` | reserve, give back |
    | sk | ``SPENT#<date>`` | |
    """

    domain = DOMAIN

    units = IntegerAttribute()
    expires_at = ExpiryAttribute()


def budget_pk(scope: str) -> str:
    """Return the partition of a budget."""
    return f"BUDGET#{scope}"


class Sender(Item):
    """What carriers know of one of our senders; texts to US numbers need a registered one (10DLC, X-A-42).

    | key | value | access |
    |---|---|---|
    | pk | ``SENDER#<messaging service or number>`` | the gate |
    | sk | ``SENDER`` | |

    ``status``: REGISTERED, PENDING or REJECTED.
    """

    domain = DOMAIN
    SK = "SENDER"

    sender = UnicodeAttribute()
    status = UnicodeAttribute()
    brand_id = UnicodeAttribute(null=True)
    campaign_id = UnicodeAttribute(null=True)
    changed_at = InstantAttribute()
    changed_by = UnicodeAttribute()
    version = IntegerAttribute(null=True)


def sender_pk(sender: str) -> str:
    """Return the partition of a sender."""
    return f"SENDER#{sender}"
