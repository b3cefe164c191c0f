"""The kernel's own items: rate-limit windows, idempotency records. The live hub adds its items in ``realtime``."""

from pynamodb.attributes import UnicodeAttribute

from shared.kernel.access import table_access
from shared.kernel.storage.items import ExpiryAttribute, InstantAttribute, IntegerAttribute, Item
from shared.kernel.storage.table import Table

DOMAIN = "platform"

TABLE = Table(DOMAIN)


class RateWindow(Item):
    """Counts of one rate-limit bucket in the present and the previous window.

    | key | value | access |
    |---|---|---|
    | pk | ``RATE#<class>#<hash of who>`` | count one more |
    | sk | ``RATE`` | |
    """

    domain = DOMAIN

    window = IntegerAttribute()
    used = IntegerAttribute()
    previous = IntegerAttribute()
    expires_at = ExpiryAttribute()


class IdempotencyRecord(Item):
    """The first request with an Idempotency-Key and, once it is known, its answer.

    | key | value | access |
    |---|---|---|
    | pk | ``IDEMPOTENCY#<operation>`` | claim, then complete |
    | sk | ``IDEMPOTENCY`` | |
    """

    domain = DOMAIN

    claim = UnicodeAttribute()
    body_hash = UnicodeAttribute()
    locked_until = InstantAttribute()
    answer = UnicodeAttribute(null=True)
    expires_at = ExpiryAttribute()


COUNT_RATE = table_access("platform.count-rate", DOMAIN, "UpdateItem")
KEEP_ANSWER = table_access("platform.keep-answer", DOMAIN, "PutItem", "UpdateItem", "DeleteItem")
