"""What is stored of support teams, and of cases that a member of staff has to look at."""

from pynamodb.attributes import BooleanAttribute, ListAttribute, UnicodeAttribute

from shared.accountability.items import DOMAIN
from shared.kernel.due import DueIndexed
from shared.kernel.storage.items import InstantAttribute, IntegerAttribute, Item

DUE_KIND = "invitation"


class Partner(DueIndexed):
    """Somebody who backs a user (S-A-02). How they are reached is in messaging's directory, under the same id.

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | a user's support team |
    | sk | ``PARTNER#<partner>`` | |
    | due | kind ``invitation``, the next reminder or the expiry | sweep |

    ``status``: INVITED, ACTIVE, PAUSED, DECLINED, EXPIRED, OPTED_OUT, LEFT, INVALID, REMOVED. ``privacy``: FULL
    (title and progress), TITLE, NEUTRAL (X-A-24). ``goals`` limits them to some goals. ``asked_at`` is when they were
    last chosen for an ask: the least recently asked comes first (S-A-21). ``seed`` and ``generation`` make the link
    to their page; a link of an earlier generation was used.
    """

    domain = DOMAIN

    partner_id = UnicodeAttribute()
    user_id = UnicodeAttribute()
    name = UnicodeAttribute()
    relationship = UnicodeAttribute()
    status = UnicodeAttribute()
    privacy = UnicodeAttribute()
    goals = ListAttribute(of=UnicodeAttribute, null=True)
    milestones = BooleanAttribute()
    note = UnicodeAttribute(null=True)
    invited_at = InstantAttribute()
    reminders = IntegerAttribute()
    consented_at = InstantAttribute(null=True)
    ended_at = InstantAttribute(null=True)
    paused_until = InstantAttribute(null=True)
    asked_at = InstantAttribute(null=True)
    last_contacted_at = InstantAttribute(null=True)
    contact_count = IntegerAttribute()
    ask_count = IntegerAttribute()
    answer_count = IntegerAttribute()
    seed = UnicodeAttribute()
    generation = IntegerAttribute()
    link_expires_at = InstantAttribute()
    version = IntegerAttribute()


def partner_sk(partner_id: str) -> str:
    """Return the sort key of a partner."""
    return f"PARTNER#{partner_id}"


class PartnerAddress(Item):
    """That a user has a partner with an address: nobody is added twice.

    | key | value | access |
    |---|---|---|
    | pk | ``USER#<user>`` | |
    | sk | ``PARTNER-ADDRESS#<hash>`` | claimed with the partner, released on removal |
    """

    domain = DOMAIN

    partner_id = UnicodeAttribute()


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


class Case(Item):
    """Something that a person decides: a crisis, a dispute, an outreach without a guide.

    | key | value | access |
    |---|---|---|
    | pk | ``CASE#<case>`` | read, decide |
    | sk | ``CASE`` | |
    | cases | ``case_status`` OPEN or CLOSED, ``opened_at`` | the queue, oldest first |

    The id derives from kind and matter, so that the same matter is one case.
    """

    domain = DOMAIN
    SK = "CASE"

    case_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    case_status = UnicodeAttribute()
    user_id = UnicodeAttribute()
    goal_id = UnicodeAttribute(null=True)
    date = UnicodeAttribute(null=True)
    opened_at = InstantAttribute()
    closed_at = InstantAttribute(null=True)
    closed_by = UnicodeAttribute(null=True)
    decision = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
