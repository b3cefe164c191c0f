"""The books: platform and creator accounts, and the sums of a trial balance, derived from the journal's stream.

They are never written inside a customer's transaction: one item for all of them would conflict at ten transactions a
second. Each customer account has gap-free entry numbers; the watermark per customer makes every journal transaction
count exactly once, whatever the stream repeats or reorders, and whoever was never counted from their first one on.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from shared.kernel.storage import reads
from shared.kernel.storage.moving import Outcome
from shared.kernel.storage.writes import Update, transact
from shared.wallet import rules
from shared.wallet.items import (
    BOOKED_SK,
    ENTRY_PREFIX,
    TOTALS_SK,
    AccountItem,
    BooksItem,
    CreatorItem,
    EntryItem,
    JournalItem,
    WatermarkItem,
    account_pk,
    books_of,
    creator_sk,
)
from shared.wallet.journal import find
from shared.wallet.rules import Reference, customer


class _AlreadyProjected(Exception):
    """Another delivery counted it."""


def project(attributes: dict[str, Any]) -> int:
    """Bring the books up to a journal transaction seen in the stream.

    Returns:
        How many transactions were counted: none for a repeat, several when earlier ones had not arrived.
    """
    journal = JournalItem.load(attributes)
    watermark = reads.get(WatermarkItem, account_pk(journal.user_id), BOOKED_SK)
    if watermark is None and journal.sequence == 1:
        return _count(journal)
    return sum(_count(item) for item in _missing(journal, f"{watermark.entry_sk}~" if watermark else ENTRY_PREFIX))


def catch_up(account: AccountItem) -> Outcome:
    """Count what the books lack of an account, for a backfill: whatever the journal's stream told before they were."""
    key = (EntryItem.pk == account.pk) & EntryItem.sk.startswith(ENTRY_PREFIX)
    newest = reads.query(EntryItem, key, limit=1, descending=True).load(EntryItem)
    journal = find(Reference(newest[0].reference_type, newest[0].reference_id)) if newest else None
    return Outcome.MOVED if journal and project(journal.dump()) else Outcome.SAME


def _missing(journal: JournalItem, start: str) -> Iterator[JournalItem]:
    """Yield the journal transactions behind an account's entries from a sort key up to this one, in their order."""
    if journal.entry_sk < start:
        return
    key = (EntryItem.pk == account_pk(journal.user_id)) & EntryItem.sk.between(start, journal.entry_sk)
    for found in reads.query_all(EntryItem, key):
        entry = EntryItem.load(dict(found))
        item = find(Reference(entry.reference_type, entry.reference_id))
        if item is None:
            raise LookupError(f"entry {entry.sequence} of an account has no journal transaction")
        yield item


def _count(journal: JournalItem) -> int:
    pk, sequence = account_pk(journal.user_id), journal.sequence
    advance = Update(
        WatermarkItem,
        pk,
        BOOKED_SK,
        [
            WatermarkItem.sequence.set(sequence),
            WatermarkItem.entry_sk.set(journal.entry_sk),
            WatermarkItem.balance.add(journal.postings[customer(journal.user_id)]),
        ],
        condition=(WatermarkItem.pk.does_not_exist() if sequence == 1 else WatermarkItem.sequence == sequence - 1),
        error=_AlreadyProjected,
    )
    try:
        transact([advance, *_added(journal, books_of(pk))])
    except _AlreadyProjected:
        return 0
    return 1


def _added(journal: JournalItem, books: str) -> list[Update]:
    """Return the writes that add a transaction to its shard: one for the totals, one for each creator."""
    totals: Counter[str] = Counter()
    earned = []
    for name, amount in journal.postings.items():
        totals[rules.line_of(name)] += amount
        if rules.line_of(name) == rules.CREATORS:
            earned.append(Update(CreatorItem, books, creator_sk(name), [CreatorItem.balance.add(amount)]))
    moved = [BooksItem.column(line).add(amount) for line, amount in totals.items()]
    return [Update(BooksItem, books, TOTALS_SK, [BooksItem.transactions.add(1), *moved]), *earned]
