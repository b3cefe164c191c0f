"""Platform and creator accounts, derived from the journal's stream.

They are never written inside a customer's transaction: one item for all of them would conflict at ten transactions a
second. Each customer account has gap-free entry numbers; the watermark per customer makes every journal transaction
count exactly once, whatever the stream repeats or reorders.
"""

import zlib
from typing import Any

from shared.kernel.storage import reads
from shared.kernel.storage.writes import Update, transact
from shared.wallet.items import (
    ENTRY_PREFIX,
    EntryItem,
    JournalItem,
    PlatformAccountItem,
    WatermarkItem,
    account_pk,
)
from shared.wallet.journal import find
from shared.wallet.rules import Reference, customer

SHARDS = 8
"""Items per platform account; a customer always counts in the same one."""


class _AlreadyProjected(Exception):
    """Another delivery counted it."""


def project(attributes: dict[str, Any]) -> int:
    """Bring the platform accounts up to a journal transaction seen in the stream.

    Returns:
        How many transactions were counted: none for a repeat, several when earlier ones had not arrived.
    """
    journal = JournalItem.load(attributes)
    watermark = reads.get(WatermarkItem, account_pk(journal.user_id), "PROJECTED")
    done = watermark.sequence if watermark else 0
    counted = 0
    for sequence in range(done + 1, journal.sequence + 1):
        item = journal if sequence == journal.sequence else _entry_journal(journal.user_id, sequence)
        try:
            _count(item)
        except _AlreadyProjected:
            continue
        counted += 1
    return counted


def _entry_journal(user_id: str, sequence: int) -> JournalItem:
    key = (EntryItem.pk == account_pk(user_id)) & EntryItem.sk.startswith(ENTRY_PREFIX)
    for found in reads.query_all(EntryItem, key, filter_by=EntryItem.sequence == sequence, consistent=True):
        entry = EntryItem.load(dict(found))
        journal = find(Reference(entry.reference_type, entry.reference_id))
        if journal is not None:
            return journal
    raise LookupError(f"entry {sequence} of an account has no journal transaction")


def _count(journal: JournalItem) -> None:
    pk, sequence = account_pk(journal.user_id), journal.sequence
    follows = WatermarkItem.sequence == sequence - 1
    if sequence == 1:
        follows = WatermarkItem.pk.does_not_exist()
    advance = Update(
        WatermarkItem,
        pk,
        "PROJECTED",
        [WatermarkItem.sequence.set(sequence)],
        condition=follows,
        error=_AlreadyProjected,
    )
    shard = f"SHARD#{zlib.crc32(pk.encode()) % SHARDS}"
    others = [(name, amount) for name, amount in journal.postings.items() if name != customer(journal.user_id)]
    added = [
        Update(PlatformAccountItem, f"PLATFORM#{name}", shard, [PlatformAccountItem.balance.add(amount)])
        for name, amount in others
    ]
    transact([advance, *added])


def platform_balance(account: str) -> int:
    """Return the derived balance of a platform or creator account, in milli-credits."""
    found = reads.query_all(PlatformAccountItem, PlatformAccountItem.pk == f"PLATFORM#{account}", consistent=True)
    return sum(PlatformAccountItem.load(dict(item)).balance for item in found)
