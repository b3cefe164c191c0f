"""What is stored of escalation policies."""

from pynamodb.attributes import UnicodeAttribute

from shared.accountability.items import DOMAIN
from shared.kernel.storage.items import InstantAttribute, IntegerAttribute, Item


class PolicyVersion(Item):
    """One version of an escalation policy (X-A-16), never changed; ``steps`` are JSON (``rules.Step``).

    | key | value | access |
    |---|---|---|
    | pk | ``POLICIES`` | all of them: there are few |
    | sk | ``<name>#<number, six digits>`` | the newest first; a frozen plan names its version |
    """

    domain = DOMAIN
    PK = "POLICIES"

    name = UnicodeAttribute()
    number = IntegerAttribute()
    steps = UnicodeAttribute()
    created_at = InstantAttribute()
    created_by = UnicodeAttribute()
    operation = UnicodeAttribute(null=True)
