"""What the wallet stores. Journal transactions and entries are written once and never changed (X-W-06)."""

import zlib
from typing import Any, cast

from pynamodb.attributes import JSONAttribute, ListAttribute, UnicodeAttribute

from shared.kernel.due import DueIndexed
from shared.kernel.money import NOTHING, Credits
from shared.kernel.storage.items import CreditsAttribute, InstantAttribute, IntegerAttribute, Item
from shared.kernel.storage.table import DUE, Index, Table
from shared.wallet.rules import NAMED, Account

DOMAIN = "wallet"

ACCOUNTS = Index("accounts", "audit_shard", "pk")
"""Every account, for the invariant check; keys only, so that a change of a balance costs it nothing."""

TABLE = Table(DOMAIN, indexes=(DUE, ACCOUNTS))

AUDIT_SHARDS = 8
BOOKS_SHARDS = 8

ACCOUNT_SK = "ACCOUNT"
ENTRY_PREFIX = "ENTRY#"
HOLD_PREFIX = "HOLD#"
BOOKED_SK = "BOOKED"
TOTALS_SK = "TOTALS"
CREATOR_PREFIX = "CREATOR#"

ADJUSTMENT_SK = "ADJUSTMENT"

WAITING_ADJUSTMENTS = "adjustments"
"""Partition of the due index that holds corrections that wait for a second person; no sweep takes from it."""


def adjustment_pk(adjustment_id: str) -> str:
    """Return the partition of a correction."""
    return f"ADJUSTMENT#{adjustment_id}"


def account_pk(user_id: str) -> str:
    """Return the partition of a user's account, its entries and its holds."""
    return f"ACCOUNT#{user_id}"


def books_pks() -> list[str]:
    """Return the partitions of the books."""
    return [f"BOOKS#{shard}" for shard in range(BOOKS_SHARDS)]


def books_of(account_pk: str) -> str:
    """Return the partition of the books that a customer account always counts in."""
    return books_pks()[zlib.crc32(account_pk.encode()) % BOOKS_SHARDS]


def creator_sk(account: str) -> str:
    """Return the sort key of a creator's account in the books."""
    return f"{CREATOR_PREFIX}{account.partition(':')[2]}"


def entry_sk(at_ms: int, sequence: int) -> str:
    """Return an entry's sort key: in time order, which is also the order of the sequence."""
    return f"{ENTRY_PREFIX}{at_ms:013d}#{sequence:010d}"


class AccountItem(Item):
    """A customer account.

    | key | value | access |
    |---|---|---|
    | pk | ``ACCOUNT#<user>`` | balance: one read |
    | sk | ``ACCOUNT`` | |
    | accounts | ``audit_shard``, pk | the invariant check |
    """

    domain = DOMAIN

    version = IntegerAttribute()
    available = CreditsAttribute()
    held = CreditsAttribute()
    sequence = IntegerAttribute()
    open_holds = IntegerAttribute()
    last_entry_at = InstantAttribute(null=True)
    created_at = InstantAttribute(null=True)
    updated_at = InstantAttribute(null=True)
    holds: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    audit_shard = UnicodeAttribute()

    @classmethod
    def of(cls, user_id: str, account: Account) -> "AccountItem":
        """Return the item that stores an account."""
        pk = account_pk(user_id)
        return cls(
            pk=pk,
            sk=ACCOUNT_SK,
            version=account.version,
            available=account.available,
            held=account.held,
            sequence=account.sequence,
            open_holds=account.open_holds,
            last_entry_at=account.last_entry_at,
            created_at=account.created_at,
            updated_at=account.updated_at,
            holds=[*account.holds] or None,
            audit_shard=f"ACCOUNTS#{zlib.crc32(pk.encode()) % AUDIT_SHARDS}",
        )

    def account(self) -> Account:
        """Return the account that the item stores."""
        return Account(
            self.version,
            self.available,
            self.held,
            self.sequence,
            self.open_holds,
            self.last_entry_at,
            self.created_at,
            self.updated_at,
            tuple(self.holds or ()),
        )


class EntryItem(Item):
    """One line of a statement, with the balance after it: a page or a balance at an instant is one query.

    | key | value | access |
    |---|---|---|
    | pk | ``ACCOUNT#<user>`` | statement, newest first |
    | sk | ``ENTRY#<ms>#<sequence>`` | last entry up to an instant |
    """

    domain = DOMAIN

    type = UnicodeAttribute()
    amount = CreditsAttribute()
    balance = CreditsAttribute()
    sequence = IntegerAttribute()
    reference_type = UnicodeAttribute()
    reference_id = UnicodeAttribute()
    entry_at = InstantAttribute()
    note = JSONAttribute(null=True)


class JournalItem(Item):
    """A journal transaction: postings that sum to zero. Its key is its reference, so none is applied twice.

    | key | value | access |
    |---|---|---|
    | pk | ``TXN#<reference type>#<reference id>`` | by reference (S-W-18); the stream feeds platform accounts |
    | sk | ``TXN`` | |
    """

    domain = DOMAIN

    user_id = UnicodeAttribute()
    sequence = IntegerAttribute()
    entry_sk = UnicodeAttribute()
    postings = JSONAttribute()
    posted_at = InstantAttribute()
    corrects = UnicodeAttribute(null=True)


class HoldItem(DueIndexed):
    """Credits set aside (X-W-04). ``due_at`` is when an abandoned hold is voided (X-W-05).

    ``voided_by`` names the request of the administrator who voided it (X-W-36).

    | key | value | access |
    |---|---|---|
    | pk | ``ACCOUNT#<user>`` | holds of an account |
    | sk | ``HOLD#<hold>`` | one hold |
    """

    domain = DOMAIN

    amount = CreditsAttribute()
    status = UnicodeAttribute()
    purpose = UnicodeAttribute()
    opened_at = InstantAttribute()
    closed_at = InstantAttribute(null=True)
    used = CreditsAttribute(null=True)
    voided_by = UnicodeAttribute(null=True)

    @property
    def user_id(self) -> str:
        """Whose it is."""
        return self.pk.partition("#")[2]

    @property
    def hold_id(self) -> str:
        """Its name within its account."""
        return self.sk.removeprefix(HOLD_PREFIX)


class AdjustmentItem(DueIndexed):
    """A correction by an administrator: who asked for it, why, and who else decided.

    | key | value | access |
    |---|---|---|
    | pk | ``ADJUSTMENT#<id>`` | one correction; its entry has the same id |
    | sk | ``ADJUSTMENT`` | |
    | due | ``due_shard`` ``adjustments``, ``due_at`` when it was asked for | those that wait for a second person |
    """

    domain = DOMAIN

    status = UnicodeAttribute()
    type = UnicodeAttribute()
    user_id = UnicodeAttribute()
    amount = CreditsAttribute()
    reason = UnicodeAttribute()
    reason_code = UnicodeAttribute(null=True)
    corrects = UnicodeAttribute(null=True)
    reference_id = UnicodeAttribute()
    requested_by = UnicodeAttribute()
    requested_at = InstantAttribute()
    decided_by = UnicodeAttribute(null=True)
    decided_at = InstantAttribute(null=True)
    note = UnicodeAttribute(null=True)
    request_id = UnicodeAttribute(null=True)
    decision_request_id = UnicodeAttribute(null=True)

    @property
    def id(self) -> str:
        """The correction's id."""
        return self.pk.removeprefix("ADJUSTMENT#")


class AdjustedItem(Item):
    """How much an administrator moved alone in a day.

    | key | value | access |
    |---|---|---|
    | pk | ``ADMIN#<user>`` | count with each correction |
    | sk | ``DAY#<date>`` | |
    """

    domain = DOMAIN

    total = CreditsAttribute()


class BooksItem(Item):
    """A shard of the books: what the journal posted to every named account, counted from its stream.

    A transaction is added in one write, so each shard sums to zero by itself whenever it is read.

    | key | value | access |
    |---|---|---|
    | pk | ``BOOKS#<n>`` | the trial balance: one read of every shard |
    | sk | ``TOTALS`` | |
    """

    domain = DOMAIN

    transactions = IntegerAttribute(default=0)
    customers = CreditsAttribute(default=NOTHING)
    creators = CreditsAttribute(default=NOTHING)
    clearing = CreditsAttribute(default=NOTHING)
    promotions = CreditsAttribute(default=NOTHING)
    revenue = CreditsAttribute(default=NOTHING)
    adjustments = CreditsAttribute(default=NOTHING)
    breakage = CreditsAttribute(default=NOTHING)
    receivables = CreditsAttribute(default=NOTHING)

    @classmethod
    def column(cls, line: str) -> Any:
        """Return the attribute that holds a line of the trial balance."""
        return getattr(cls, line.removeprefix("platform:"))

    def line(self, name: str) -> Credits:
        """Return a line of the trial balance."""
        return cast("Credits", getattr(self, name.removeprefix("platform:")))

    @property
    def total(self) -> Credits:
        """The sum of all accounts: zero, or something is wrong."""
        return sum((self.line(name) for name in NAMED), NOTHING)


class CreatorItem(Item):
    """A shard of what a creator earned, beside the totals that it is a part of.

    | key | value | access |
    |---|---|---|
    | pk | ``BOOKS#<n>`` | those of a shard: one query; those of a creator: one read of every shard |
    | sk | ``CREATOR#<user>`` | |
    """

    domain = DOMAIN

    balance = CreditsAttribute()


class WatermarkItem(Item):
    """Up to which entry of a customer account the books follow, and what they say it holds.

    | key | value | access |
    |---|---|---|
    | pk | ``ACCOUNT#<user>`` | |
    | sk | ``BOOKED`` | advance by one |
    """

    domain = DOMAIN

    sequence = IntegerAttribute()
    entry_sk = UnicodeAttribute()
    balance = CreditsAttribute()


class AuditItem(Item):
    """What the invariant check last found.

    | key | value | access |
    |---|---|---|
    | pk | ``AUDIT`` | |
    | sk | ``CURSOR`` or ``RUN`` | |
    """

    domain = DOMAIN

    shard = IntegerAttribute()
    after = UnicodeAttribute(null=True)
    checked = IntegerAttribute()
    drifted = IntegerAttribute()
    ran_at = InstantAttribute()
