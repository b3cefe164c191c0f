"""Posting to accounts: read the account, decide, commit in one transaction on its version.

Whatever belongs to the cause (a payment's state, a viewing session) goes along as ``beside`` and commits with it.
A transaction whose answer was lost is found again by its reference or its hold: no call has its effect twice.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from pynamodb.expressions.update import Action

from shared.kernel.clock import system_clock, to_ms
from shared.kernel.due import due_shard
from shared.kernel.events import outbox
from shared.kernel.money import NOTHING, Credits, to_decimal
from shared.kernel.storage import reads
from shared.kernel.storage.conflicts import retry_on_conflict
from shared.kernel.storage.writes import Put, Update, Write, transact
from shared.kernel.telemetry import metrics
from shared.wallet import rules
from shared.wallet.errors import AlreadyPosted, HoldClosed, HoldNotFound, InsufficientCredits, StaleAccount
from shared.wallet.events import CreditsAdjusted, CreditsDeposited, HoldExpired, HoldVoided
from shared.wallet.items import (
    ACCOUNT_SK,
    HOLD_PREFIX,
    AccountItem,
    EntryItem,
    HoldItem,
    JournalItem,
    account_pk,
    entry_sk,
)
from shared.wallet.rules import Account, Entry, HoldSize, Posting, Reference

T = TypeVar("T")

HOLD_KIND = "hold"

DEBITS_METRIC, EXPIRED_METRIC = "Debits", "HoldsExpired"
"""Count debits, and holds that nobody settled (X-O-05)."""

Beside = Callable[[Credits, Account], Sequence[Write]]
"""Given what a hold was granted and the account after it, the writes that commit with it."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A journal transaction: what it left on the account. ``replayed`` tells that it had been posted before."""

    sequence: int
    replayed: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """A hold: what was granted and what is left available, in milli-credits."""

    amount: Credits
    available: Credits


@dataclass(frozen=True, slots=True)
class Settled:
    """A closed hold: what was charged, what came back, what is available now, in milli-credits."""

    charged: Credits
    returned: Credits
    available: Credits


def read_account(user_id: str) -> Account:
    """Return a user's account; one that was never written is empty. One read."""
    item = reads.get(AccountItem, account_pk(user_id), ACCOUNT_SK)
    return item.account() if item else Account()


def account_write(user_id: str, before: Account, after: Account) -> Put:
    """Return the write that replaces an account, on condition that it is as it was read."""
    unchanged = AccountItem.version == before.version if before.version else AccountItem.pk.does_not_exist()
    now = system_clock().now()
    created_at = before.created_at if before.version else now
    item = AccountItem.of(user_id, replace(after, version=before.version + 1, created_at=created_at, updated_at=now))
    return Put(item, condition=unchanged, error=StaleAccount)


def journal_writes(
    user_id: str,
    entry: Entry,
    reference: Reference,
    postings: Sequence[Posting],
    *,
    note: dict[str, Any] | None = None,
    corrects: str | None = None,
) -> list[Write]:
    """Return the writes of one journal transaction: the postings, keyed by the reference, and the statement's line.

    Raises:
        ValueError: the postings do not sum to zero.
    """
    if not rules.balanced(postings):
        raise ValueError("the postings of a transaction sum to zero")
    sk = entry_sk(to_ms(entry.at), entry.sequence)
    journal = JournalItem(
        pk=journal_pk(reference),
        sk="TXN",
        user_id=user_id,
        sequence=entry.sequence,
        entry_sk=sk,
        postings={posting.account: posting.amount for posting in postings},
        posted_at=entry.at,
        corrects=corrects,
    )
    line = EntryItem(
        pk=account_pk(user_id),
        sk=sk,
        type=entry.type,
        amount=entry.amount,
        balance=entry.balance,
        sequence=entry.sequence,
        reference_type=reference.type,
        reference_id=reference.id,
        entry_at=entry.at,
        note=note,
    )
    return [
        Put(journal, condition=JournalItem.pk.does_not_exist(), error=AlreadyPosted),
        Put(line, condition=EntryItem.pk.does_not_exist(), error=StaleAccount),
    ]


def journal_pk(reference: Reference) -> str:
    """Return the key of the journal transaction with a reference."""
    return f"TXN#{reference.type}#{reference.id}"


def deposit(
    user_id: str,
    amount: Credits,
    *,
    reference: Reference,
    now: datetime,
    bonus: Credits = NOTHING,
    note: dict[str, Any] | None = None,
    beside: Sequence[Write] = (),
) -> Posted:
    """Add paid credits, and a bonus as a transaction of its own, together with what belongs to the cause.

    Args:
        user_id: whose account.
        amount: milli-credits, positive.
        reference: what for, e.g. ``PAYMENT`` and its id; applied at most once for ever.
        now: when.
        note: what the statement's line tells besides, e.g. what was paid.
        bonus: milli-credits given on top (X-W-12), referenced as ``BONUS`` and the same id.
        beside: writes that commit with it; not written again when the reference had been posted.

    Raises:
        ValueError: the amount is not positive or the bonus negative.
        AlreadyPosted: not this reference, but its bonus was posted, for something else.
        StaleAccount: the account is too contended.
    """
    if amount <= 0 or bonus < 0:
        raise ValueError("a deposit is positive")

    def attempt() -> Posted:
        before = read_account(user_id)
        account, entry = rules.enter(before, "DEPOSIT", amount, now=now)
        postings = [Posting(rules.customer(user_id), amount), Posting(rules.CLEARING, -amount)]
        writes = journal_writes(user_id, entry, reference, postings, note=note)
        if bonus:
            account, extra = rules.enter(account, "DEPOSIT", bonus, now=now)
            given = [Posting(rules.customer(user_id), bonus), Posting(rules.PROMOTIONS, -bonus)]
            writes += journal_writes(user_id, extra, Reference("BONUS", reference.id), given)
        event = CreditsDeposited(
            user_id=user_id,
            amount=amount + bonus,
            balance=account.balance,
            available=account.available,
            reference_type=reference.type,
            reference_id=reference.id,
        )
        transact([*writes, account_write(user_id, before, account), outbox(event, at=now), *beside])
        return Posted(entry.sequence, replayed=False)

    return _posted_once(reference, attempt)


def _posted_once(reference: Reference, attempt: Callable[[], Posted]) -> Posted:
    """Post, or find what an earlier try posted: it may be that very try which left too little for this one."""
    try:
        return retry_on_conflict(attempt, of=StaleAccount, otherwise=StaleAccount)
    except (AlreadyPosted, InsufficientCredits):
        item = find(reference)
        if item is None:
            raise
        return Posted(item.sequence, replayed=True)


def find(reference: Reference) -> JournalItem | None:
    """Return the journal transaction with a reference (S-W-18). One read."""
    return reads.get(JournalItem, journal_pk(reference), "TXN")


def adjust(
    user_id: str,
    amount: Credits,
    *,
    reference: Reference,
    reason: str,
    admin_id: str,
    now: datetime,
    kind: rules.Correction = "ADJUSTMENT",
    code: rules.ReasonCode = "OTHER",
    corrects: str | None = None,
    beside: Sequence[Write] = (),
) -> Posted:
    """Correct an account by a new entry with its reason, in words and as a code, the admin and what it mends (S-W-13).

    A refund gives back what a debit took, at the platform's cost: who earned by it keeps their share (S-W-12, D-14).

    Raises:
        InsufficientCredits: it would take more than is available.
        StaleAccount: the account is too contended.
    """

    def attempt() -> Posted:
        before = read_account(user_id)
        account, entry = rules.enter(before, kind, amount, now=now)
        postings = [Posting(rules.customer(user_id), amount), Posting(rules.counterpart(kind, code), -amount)]
        note = {"reason": reason, "reasonCode": code, "adminId": admin_id}
        writes = journal_writes(user_id, entry, reference, postings, note=note, corrects=corrects)
        event = CreditsAdjusted(
            user_id=user_id,
            amount=amount,
            balance=account.balance,
            reason=reason,
            reason_code=code,
            admin_id=admin_id,
        )
        transact([*writes, account_write(user_id, before, account), outbox(event, at=now), *beside])
        return Posted(entry.sequence, replayed=False)

    return _posted_once(reference, attempt)


def open_account(user_id: str) -> None:
    """Make the empty account of a new user (S-W-01); one that exists stays as it is."""
    if read_account(user_id).version == 0:
        try:
            transact([account_write(user_id, Account(), Account())])
        except StaleAccount:
            return


def hold_sk(hold_id: str) -> str:
    """Return the sort key of a hold in its account's partition."""
    return f"{HOLD_PREFIX}{hold_id}"


def open_hold(
    user_id: str, hold_id: str, size: HoldSize, *, purpose: str, expires_at: datetime, now: datetime, beside: Beside
) -> Granted:
    """Set credits aside for something that begins with it.

    Raises:
        InsufficientCredits: not even one unit is available.
        HoldClosed: a hold of this id exists.
        StaleAccount: the account is too contended.
    """

    def attempt() -> Granted:
        before = read_account(user_id)
        account, granted = rules.hold(before, size, new=True)
        account = replace(account, holds=(*before.holds, hold_id))
        pk = account_pk(user_id)
        item = HoldItem(
            pk=pk,
            sk=hold_sk(hold_id),
            amount=granted,
            status="OPEN",
            purpose=purpose,
            opened_at=now,
            due_at=expires_at,
            due_shard=due_shard(HOLD_KIND, f"{pk}{hold_id}"),
        )
        opened = Put(item, condition=HoldItem.pk.does_not_exist(), error=HoldClosed)
        transact([opened, account_write(user_id, before, account), *beside(granted, account)])
        return Granted(granted, account.available)

    return retry_on_conflict(attempt, of=StaleAccount, otherwise=StaleAccount)


def _without(account: Account, hold_id: str) -> Account:
    return replace(account, holds=tuple(name for name in account.holds if name != hold_id))


def _open_with(amount: Credits) -> Any:
    return (HoldItem.status == "OPEN") & (HoldItem.amount == amount)


def extend_hold(user_id: str, hold_id: str, size: HoldSize, *, held: Credits, beside: Beside) -> Granted:
    """Set more credits aside under an open hold of ``held`` milli-credits.

    Raises:
        InsufficientCredits: not even one unit is available.
        HoldClosed: the hold is not open with that amount any more.
        StaleAccount: the account is too contended.
    """

    def attempt() -> Granted:
        before = read_account(user_id)
        account, granted = rules.hold(before, size, new=False)
        extended = Update(
            HoldItem,
            account_pk(user_id),
            hold_sk(hold_id),
            [HoldItem.amount.set(held + granted)],
            condition=_open_with(held),
            error=HoldClosed,
        )
        transact([extended, account_write(user_id, before, account), *beside(granted, account)])
        return Granted(granted, account.available)

    return retry_on_conflict(attempt, of=StaleAccount, otherwise=StaleAccount)


def settle_hold(
    user_id: str,
    hold_id: str,
    *,
    held: Credits,
    used: Credits,
    reference: Reference,
    earner: str | None,
    earner_permille: int,
    now: datetime,
    beside: Sequence[Write],
    note: dict[str, Any] | None = None,
) -> Settled:
    """Close a hold: post the used part, return the rest, together with what belongs to the cause.

    Raises:
        ValueError: more was used than held.
        HoldClosed: the hold is not open with that amount any more; nothing was changed.
        StaleAccount: the account is too contended.
    """

    def attempt() -> Settled:
        before = read_account(user_id)
        account, entry = rules.settle(_without(before, hold_id), held, used, now=now)
        closed = _close(user_id, hold_id, held, used, "SETTLED", now)
        postings = rules.spent(user_id, used, earner=earner, earner_permille=earner_permille)
        journal = journal_writes(user_id, entry, reference, postings, note=note) if entry else []
        transact([closed, *journal, account_write(user_id, before, account), *beside])
        if entry:
            metrics().add_metric(DEBITS_METRIC, "Count", 1)
        return Settled(used, held - used, account.available)

    return retry_on_conflict(attempt, of=StaleAccount, otherwise=StaleAccount)


def _close(
    user_id: str, hold_id: str, held: Credits, used: Credits, status: str, now: datetime, *more: Action
) -> Update:
    actions = [
        HoldItem.status.set(status),
        HoldItem.used.set(used),
        HoldItem.closed_at.set(now),
        HoldItem.due_shard.remove(),
        HoldItem.due_at.remove(),
        *more,
    ]
    return Update(
        HoldItem, account_pk(user_id), hold_sk(hold_id), actions, condition=_open_with(held), error=HoldClosed
    )


def expire_hold(pk: str, sk: str, *, now: datetime) -> None:
    """Void a hold whose expiry has passed: everything comes back, and an entry shows it (X-W-05).

    Nothing happens to a closed or later one.

    Raises:
        StaleAccount: the account is too contended.
    """
    item = reads.get(HoldItem, pk, sk)
    if item is None or item.status != "OPEN" or item.due_at is None or item.due_at > now:
        return
    user_id, hold_id = item.user_id, item.hold_id
    event = HoldExpired(user_id=user_id, hold_id=hold_id, amount=item.amount)
    closed = _close(user_id, hold_id, item.amount, NOTHING, "EXPIRED", now)
    with suppress(HoldClosed):
        _release(item, "HOLD_EXPIRED", [closed, outbox(event, at=now)], {}, now)
        metrics().add_metric(EXPIRED_METRIC, "Count", 1)


def void_hold(
    item: HoldItem, *, reason: str, admin_id: str, operation: str, now: datetime, beside: Sequence[Write]
) -> None:
    """Void an open hold by an administrator: everything comes back, and an entry shows it with the reason (X-W-36).

    Raises:
        HoldClosed: it is not open with the amount that was read any more; nothing was changed.
        StaleAccount: the account is too contended.
    """
    user_id, hold_id = item.user_id, item.hold_id
    event = HoldVoided(user_id=user_id, hold_id=hold_id, amount=item.amount, reason=reason, admin_id=admin_id)
    by_whom = HoldItem.voided_by.set(operation)
    closed = _close(user_id, hold_id, item.amount, NOTHING, "VOIDED", now, by_whom)
    note = {"reason": reason, "adminId": admin_id}
    _release(item, "HOLD_VOIDED", [closed, outbox(event, at=now), *beside], note, now)


def find_hold(user_id: str, hold_id: str) -> HoldItem:
    """Return a hold.

    Raises:
        HoldNotFound: there is none.
    """
    item = reads.get(HoldItem, account_pk(user_id), hold_sk(hold_id))
    if item is None:
        raise HoldNotFound
    return item


def _release(item: HoldItem, kind: str, writes: Sequence[Write], note: dict[str, Any], now: datetime) -> None:
    """Return everything that a hold set aside, by an entry that moves nothing."""
    told = {"released": to_decimal(item.amount), "purpose": item.purpose, **note}
    moved = [Posting(rules.customer(item.user_id), NOTHING)]
    # A hold has its name within its account only.
    reference = Reference(kind, f"{item.user_id}#{item.hold_id}")

    def attempt() -> None:
        before = read_account(item.user_id)
        account, entry = rules.release(_without(before, item.hold_id), item.amount, now=now)
        shown = journal_writes(item.user_id, entry, reference, moved, note=told)
        transact([*writes, *shown, account_write(item.user_id, before, account)])

    retry_on_conflict(attempt, of=StaleAccount, otherwise=StaleAccount)
