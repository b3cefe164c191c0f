"""Platform and creator accounts, derived from the journal's stream.

They are never written inside a customer's transaction: one item for all of them would conflict at ten transactions a
second. Each customer account has gap-free entry numbers; the watermark per customer makes every journal transaction
count exactly once, whatever the stream repeats or reorders.
"""

import zlib
from collections.abc import Iterator
from typing import Any

from shared.kernel.money import NOTHING, Credits
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
    if watermark is None and journal.sequence == 1:
        return _count(journal)
    return sum(_count(item) for item in _missing(journal, f"{watermark.entry_sk}~" if watermark else ENTRY_PREFIX))


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
        "PROJECTED",
        [WatermarkItem.sequence.set(sequence), WatermarkItem.entry_sk.set(journal.entry_sk)],
        condition=(WatermarkItem.pk.does_not_exist() if sequence == 1 else WatermarkItem.sequence == sequence - 1),
        error=_AlreadyProjected,
    )
    shard = f"SHARD#{zlib.crc32(pk.encode()) % SHARDS}"
    others = [(name, amount) for name, amount in journal.postings.items() if name != customer(journal.user_id)]
    added = [
        Update(PlatformAccountItem, f"PLATFORM#{name}", shard, [PlatformAccountItem.balance.add(amount)])
        for name, amount in others
    ]
    try:
        transact([advance, *added])
    except _AlreadyProjected:
        return 0
    return 1


def platform_balance(account: str) -> Credits:
    """Return the derived balance of a platform or creator account, in milli-credits."""
    found = reads.query_all(PlatformAccountItem, PlatformAccountItem.pk == f"PLATFORM#{account}")
    shards: list[Credits] = [PlatformAccountItem.load(dict(item)).balance for item in found]
    return sum(shards, NOTHING)
