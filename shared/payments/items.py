"""What payments stores."""

from typing import cast

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from shared.kernel import inbox
from shared.kernel.due import DueIndexed
from shared.kernel.money import Money
from shared.kernel.storage.items import CreditsAttribute, InstantAttribute, IntegerAttribute, Item, MinorAttribute
from shared.kernel.storage.table import DUE, Index, Table
from shared.payments.rules import Pack, Purchase, Status, unsellable

DOMAIN = "payments"

PURCHASES = Index(
    "purchases",
    "user_id",
    "created_at",
    numeric=True,
    include=(
        "price_id",
        "product_code",
        "credits",
        "bonus_credits",
        "amount",
        "currency",
        "provider",
        "status",
        "method",
        "settled_at",
    ),
)
"""A user's payments in time order, with everything their history shows."""

TABLE = Table(DOMAIN, indexes=(PURCHASES, inbox.RECEIVED, DUE))

SHOP = "SHOP"
PRICE_PREFIX = "PRICE#"
PAYMENT_PREFIX = "PAYMENT#"
PAYMENT_SK = "PAYMENT"
REVIEW_SK = "REVIEW"

ASK_KIND = "payment"
"""Kind of deadline: when to ask the provider about a purchase."""

OPEN_REVIEWS = "reviews"
"""Partition of the due index that holds what waits for a person; no sweep takes from it."""


def price_sk(price_id: str) -> str:
    """Return the sort key of a pack."""
    return f"{PRICE_PREFIX}{price_id}"


def payment_pk(payment_id: str) -> str:
    """Return the partition of a payment."""
    return f"{PAYMENT_PREFIX}{payment_id}"


class PriceItem(Item):
    """A price pack. A shop has tens of them, so all of them are one small partition.

    | key | value | access |
    |---|---|---|
    | pk | ``SHOP`` | the whole shop: one query |
    | sk | ``PRICE#<id>`` | one pack; the id derives from the product code, which makes the code unique (S-W-05) |
    """

    domain = DOMAIN

    product_code = UnicodeAttribute()
    credits = CreditsAttribute()
    bonus_credits = CreditsAttribute()
    amount = MinorAttribute()
    currency = UnicodeAttribute()
    active = BooleanAttribute()
    featured = BooleanAttribute(default=False)
    deleted = BooleanAttribute(default=False)
    version = IntegerAttribute()
    created_by = UnicodeAttribute()

    @property
    def id(self) -> str:
        """The pack's id."""
        return self.sk.removeprefix(PRICE_PREFIX)

    @property
    def on_sale(self) -> bool:
        """It may be bought: an admin sells it, and the provider takes its price."""
        return bool(self.active) and not self.deleted and unsellable(self.pack()) is None

    def pack(self) -> Pack:
        """Return what the pack offers."""
        return Pack(self.id, self.credits, self.bonus_credits, Money(amount=self.amount, currency=self.currency))


def review_pk(review_id: str) -> str:
    """Return the partition of a review."""
    return f"REVIEW#{review_id}"


class PaymentItem(DueIndexed):
    """A purchase of a pack; the pack's terms are copied, so that a later change of it changes nothing here.

    | key | value | access |
    |---|---|---|
    | pk | ``PAYMENT#<id>`` | one payment |
    | sk | ``PAYMENT`` | |
    | purchases | ``user_id``, ``created_at`` | history, newest first |
    | due | ``due_shard`` ``payment#<n>``, ``due_at`` | pending ones, to ask the provider about |
    """

    domain = DOMAIN

    user_id = UnicodeAttribute()
    price_id = UnicodeAttribute()
    product_code = UnicodeAttribute()
    credits = CreditsAttribute()
    bonus_credits = CreditsAttribute()
    amount = MinorAttribute()
    currency = UnicodeAttribute()
    provider = UnicodeAttribute()
    provider_ref = UnicodeAttribute(null=True)
    checkout_url = UnicodeAttribute(null=True)
    status = UnicodeAttribute()
    method = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    created_at = InstantAttribute()
    settled_at = InstantAttribute(null=True)
    asked = IntegerAttribute(null=True)

    @property
    def id(self) -> str:
        """The payment's id."""
        return self.pk.removeprefix(PAYMENT_PREFIX)

    def purchase(self) -> Purchase:
        """Return the terms and the state that decisions need."""
        price = Money(amount=self.amount, currency=self.currency)
        return Purchase(self.id, self.user_id, self.price_id, price, cast("Status", self.status), self.provider_ref)


class ProviderRefItem(Item):
    """Which payment a provider's reference belongs to; one reference has one payment (S-W-04).

    | key | value | access |
    |---|---|---|
    | pk | ``REF#STRIPE#<Checkout session>`` | the payment a buyer returns from |
    | sk | ``REF`` | |
    """

    domain = DOMAIN

    payment_id = UnicodeAttribute()


class ReviewItem(DueIndexed):
    """Something about money that a person has to look at.

    | key | value | access |
    |---|---|---|
    | pk | ``REVIEW#<id>`` | read, decide; the id derives from what it came by, so that nothing is put up twice |
    | sk | ``REVIEW`` | |
    | due | ``due_shard`` ``reviews``, ``due_at`` when it was opened | the open ones, oldest first |
    """

    domain = DOMAIN

    status = UnicodeAttribute()
    source = UnicodeAttribute()
    type = UnicodeAttribute()
    reason = UnicodeAttribute()
    object_id = UnicodeAttribute(null=True)
    payment_id = UnicodeAttribute(null=True)
    user_id = UnicodeAttribute(null=True)
    amount = MinorAttribute(null=True)
    currency = UnicodeAttribute(null=True)
    opened_at = InstantAttribute()
    decision = UnicodeAttribute(null=True)
    note = UnicodeAttribute(null=True)
    decided_by = UnicodeAttribute(null=True)
    decided_at = InstantAttribute(null=True)

    @property
    def id(self) -> str:
        """The review's id."""
        return self.pk.removeprefix("REVIEW#")


class PaymentsInbox(inbox.InboxItem):
    """Events of Stripe."""

    domain = DOMAIN
