"""Reading a wallet: the balance, the statement, a balance at an instant, an export, and the proof of it all."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from shared.kernel import cursors
from shared.kernel.clock import to_ms
from shared.kernel.money import NOTHING, Credits, Money
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.wallet import rules
from shared.wallet.errors import AccountNotFound
from shared.wallet.items import (
    ACCOUNT_SK,
    BOOKED_SK,
    ENTRY_PREFIX,
    HOLD_PREFIX,
    AccountItem,
    EntryItem,
    HoldItem,
    WatermarkItem,
    account_pk,
)
from shared.wallet.journal import read_account
from shared.wallet.rules import Account, EntryType, UsedBy
from shared.wallet.schemas import Balance, BalanceAt, StatementEntry

EXPORT_PAGE = 1000

SEARCHED = 1000
"""Entries looked through for one page of one type: a rare type among many entries never makes a request long."""

_LAST_MS = 10**13 - 1
"""The latest instant that an entry's key can hold (the year 2286)."""

COLUMNS = (
    "sequence",
    "createdAt",
    "type",
    "amount",
    "currency",
    "balanceBefore",
    "balanceAfter",
    "referenceType",
    "referenceId",
    "description",
    "paidAmount",
    "paidCurrency",
)


def balance(user_id: str, used: UsedBy, *, now: datetime) -> Balance:
    """Return what a user has (S-W-19). One read, and those of what is being watched."""
    account = read_account(user_id)
    standing = rules.standing(account, used(account.holds), now=now)
    return Balance(
        balance=standing.balance,
        available=standing.available,
        held=standing.held,
        watching=standing.watching,
        as_of=standing.as_of,
        level=rules.level(standing.balance),
        created_at=account.created_at,
        updated_at=account.updated_at,
        pending_transactions=account.open_holds,
    )


def balance_at(user_id: str, instant: datetime) -> BalanceAt:
    """Return what a user had at an instant (X-W-15). One query of one item."""
    newest = f"{ENTRY_PREFIX}{min(to_ms(instant), _LAST_MS):013d}#~"
    key = (EntryItem.pk == account_pk(user_id)) & EntryItem.sk.between(ENTRY_PREFIX, newest)
    found = reads.query(EntryItem, key, limit=1, descending=True).load(EntryItem)
    return BalanceAt(balance=found[0].balance if found else NOTHING, at=instant)


def page(
    user_id: str,
    *,
    language: str,
    limit: int,
    cursor: str | None,
    kind: rules.EntryType | None = None,
    order: Order = "newest",
) -> tuple[list[StatementEntry], str | None]:
    """Return one page of a statement (S-W-20). One query.

    A page of one type comes from the next ``SEARCHED`` entries: it may be short, even empty, and yet go on.

    Raises:
        BadCursor: the cursor is not one of this statement.
    """
    scope = f"statement#{user_id}#{kind}#{order}"
    start = cursors.decode(scope, cursor)
    key = (EntryItem.pk == account_pk(user_id)) & EntryItem.sk.startswith(ENTRY_PREFIX)
    part = reads.query(
        EntryItem,
        key,
        limit=SEARCHED if kind else limit,
        descending=order == "newest",
        start=start,
        filter_by=EntryItem.type == kind if kind else None,
        consistent=False,
    )
    found, following = part.load(EntryItem), part.next_key
    if len(found) > limit:
        found = found[:limit]
        following = EntryItem.key(found[-1].pk, found[-1].sk)
    return [_line(item, language) for item in found], cursors.encode(scope, following)


def export(user_id: str, language: str) -> Iterator[StatementEntry]:
    """Yield a whole statement, oldest first (S-W-22)."""
    key = (EntryItem.pk == account_pk(user_id)) & EntryItem.sk.startswith(ENTRY_PREFIX)
    for found in reads.query_all(EntryItem, key, limit=EXPORT_PAGE):
        yield _line(EntryItem.load(dict(found)), language)


def export_csv(user_id: str, language: str) -> str:
    """Return a whole statement as CSV (RFC 4180), oldest entry first."""
    text = io.StringIO()
    rows = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    rows.writeheader()
    rows.writerows(_row(entry) for entry in export(user_id, language))
    return text.getvalue()


def _row(entry: StatementEntry) -> dict[str, Any]:
    told = entry.model_dump(mode="json", by_alias=True)
    paid = told["paid"] or {}
    words = {name: _harmless(told[name]) for name in ("referenceType", "referenceId", "description")}
    return told | words | {"paidAmount": paid.get("amount"), "paidCurrency": paid.get("currency")}


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _line(item: EntryItem, language: str) -> StatementEntry:
    return StatementEntry(
        id=item.sk.removeprefix(ENTRY_PREFIX),
        type=cast("EntryType", item.type),
        amount=item.amount,
        balance_before=item.balance - item.amount,
        balance_after=item.balance,
        sequence=item.sequence,
        reference_type=item.reference_type,
        reference_id=item.reference_id,
        created_at=item.entry_at,
        description=rules.described(language, item.reference_type, item.amount, item.note or {}),
        paid=Money(**item.note["paid"]) if item.note and "paid" in item.note else None,
        metadata=item.note or {},
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """An account beside everything it is made of.

    Attributes:
        account: as stored.
        balance_drift: balance less the sum of all entries.
        held_drift: ``held`` less the sum of the open holds.
        entries: how many entries there are.
        gaps: entries whose number or balance does not follow from the one before.
        booked_drift: what the books say the account held at the entry that they follow it up to, less that entry's sum.
        last: the last entry, as ``<reference type>#<id>``.
    """

    account: Account
    balance_drift: Credits
    held_drift: Credits
    entries: int
    gaps: int
    booked_drift: Credits
    last: str | None = None

    @property
    def sound(self) -> bool:
        """Everything adds up."""
        return not (self.balance_drift or self.held_drift or self.gaps or self.booked_drift)


def prove(user_id: str) -> Proof:
    """Add an account up from its entries and holds (S-W-14). Reads its whole partition.

    An account that changes meanwhile is read again, so that a difference is never one of timing.

    Raises:
        AccountNotFound: there is none.
    """
    while True:
        proof, version = _prove_once(user_id)
        if read_account(user_id).version == version:
            return proof


def _prove_once(user_id: str) -> tuple[Proof, int]:
    amounts: list[Credits] = []
    holds: list[Credits] = []
    gaps, running = 0, NOTHING
    account: Account | None = None
    booked: WatermarkItem | None = None
    last: str | None = None
    for found in reads.query_all(AccountItem, AccountItem.pk == account_pk(user_id)):
        raw: dict[str, Any] = dict(found)
        sk = raw["sk"]["S"]
        if sk == ACCOUNT_SK:
            account = AccountItem.load(raw).account()
        elif sk == BOOKED_SK:
            booked = WatermarkItem.load(raw)
        elif sk.startswith(ENTRY_PREFIX):
            entry = EntryItem.load(raw)
            last = f"{entry.reference_type}#{entry.reference_id}"
            amounts.append(entry.amount)
            running += entry.amount
            gaps += entry.sequence != len(amounts) or entry.balance != running
        elif sk.startswith(HOLD_PREFIX):
            hold = HoldItem.load(raw)
            holds += [hold.amount] if hold.status == "OPEN" else []
    if account is None:
        raise AccountNotFound
    balance_drift, held_drift = rules.drift(account, amounts, holds)
    gaps += account.sequence != len(amounts)
    booked_drift = booked.balance - sum(amounts[: booked.sequence], NOTHING) if booked else NOTHING
    return Proof(account, balance_drift, held_drift, len(amounts), gaps, booked_drift, last), account.version
