"""Adding wallets up: a report first, a correction only as a second, audited step (D-17, X-W-02)."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.kernel.clock import system_clock
from shared.kernel.errors import ValidationFailed
from shared.kernel.events import outbox
from shared.kernel.storage import reads
from shared.kernel.storage.writes import Put, commit, transact
from shared.kernel.telemetry import logger, metrics
from shared.wallet import books, journal, rules
from shared.wallet.errors import NotCorrectable, OwnAccount
from shared.wallet.events import CreditsAdjusted, DriftFound
from shared.wallet.items import ACCOUNTS, AUDIT_SHARDS, AccountItem, AuditItem
from shared.wallet.rules import Entry, Posting, Reference
from shared.wallet.schemas import ReconcileReport
from shared.wallet.statement import Proof, prove

DRIFT_METRIC = "AccountsDrifted"
"""Counts accounts that do not add up; an alarm watches it."""

RECONCILED: rules.ReasonCode = "RECONCILED"

AUDIT_BUDGET = timedelta(seconds=240)
"""How long one run of the invariant check may take; the next goes on where it stopped."""


def reconcile(user_id: str, *, apply: bool, reason: str | None, admin_id: str, now: datetime) -> ReconcileReport:
    """Report whether a wallet adds up and, when told to, correct it by a new entry with its reason.

    A correction keeps the balance that the customer sees, books the difference against ``platform:adjustments`` and
    brings ``held`` back to the sum of the open holds.

    Raises:
        ValidationFailed: a correction without a reason.
        OwnAccount: it is the administrator's own wallet.
        AccountNotFound: the user has no account.
        NotCorrectable: entries are missing or not as the books have them, or too much is held; nothing was written.
        StaleAccount: the account changed since it was added up; nothing was written.
    """
    if apply and not reason:
        raise ValidationFailed(details=[("reason", "A correction needs a reason")])
    if apply and user_id == admin_id:
        raise OwnAccount
    proof = prove(user_id)
    applied = apply and not proof.sound
    if applied:
        _correct(user_id, proof, reason or "", admin_id, now)
    return ReconcileReport(
        user_id=user_id,
        balance=proof.account.balance,
        balance_drift=proof.balance_drift,
        held_drift=proof.held_drift,
        entries=proof.entries,
        gaps=proof.gaps,
        booked_drift=proof.booked_drift,
        sound=proof.sound,
        applied=applied,
    )


def _correct(user_id: str, proof: Proof, reason: str, admin_id: str, now: datetime) -> None:
    before, drift = proof.account, proof.balance_drift
    after = replace(before, held=before.held - proof.held_drift, available=before.available + proof.held_drift)
    if proof.gaps or proof.booked_drift or after.available < 0:
        raise NotCorrectable
    writes = []
    if drift:
        at = max(now, before.last_entry_at) if before.last_entry_at else now
        after = replace(after, sequence=proof.entries + 1, last_entry_at=at)
        entry = Entry("ADJUSTMENT", drift, after.balance, after.sequence, at)
        reference = Reference("ADMIN", f"reconcile-{user_id}-{before.version}")
        postings = [Posting(rules.customer(user_id), drift), Posting(rules.ADJUSTMENTS, -drift)]
        note = {"reason": reason, "reasonCode": RECONCILED, "adminId": admin_id}
        # The account went astray after its last entry: that is what this one puts right.
        writes = journal.journal_writes(user_id, entry, reference, postings, note=note, corrects=proof.last)
    event = CreditsAdjusted(
        user_id=user_id,
        amount=drift,
        balance=after.balance,
        reason=reason,
        reason_code=RECONCILED,
        admin_id=admin_id,
    )
    transact([*writes, journal.account_write(user_id, before, after), outbox(event, at=now)])


def check_invariants(*, now: datetime) -> int:
    """Add up the books and every account, going on where the last run stopped, and report what does not add up.

    All accounts together sum to zero where each shard of the books does, the creators in it come to what it says of
    them, and each wallet holds what the books counted of it.

    Returns:
        How many shards and accounts drifted in this run. Nothing is ever corrected here.
    """
    unbalanced = books.drifts()
    for name, drift in unbalanced.items():
        logger().error("books_drifted", books=name, drift=drift)
    cursor = reads.get(AuditItem, "AUDIT", "CURSOR") or AuditItem(shard=0, after=None)
    shard: int = cursor.shard
    after: str | None = cursor.after
    checked = drifted = 0
    while shard < AUDIT_SHARDS and system_clock().now() - now < AUDIT_BUDGET:
        users, after = _accounts(shard, after)
        checked += len(users)
        drifted += sum(_report(user_id, now) for user_id in users)
        shard += after is None
    commit(_progress("CURSOR", shard % AUDIT_SHARDS, after, checked, drifted, now))
    metrics().add_metric("AccountsChecked", "Count", checked)
    metrics().add_metric(DRIFT_METRIC, "Count", drifted + len(unbalanced))
    return drifted + len(unbalanced)


def _progress(sk: str, shard: int, after: str | None, checked: int, drifted: int, now: datetime) -> Put:
    return Put(AuditItem(pk="AUDIT", sk=sk, shard=shard, after=after, checked=checked, drifted=drifted, ran_at=now))


def _accounts(shard: int, after: str | None) -> tuple[list[str], str | None]:
    name = f"ACCOUNTS#{shard}"
    start = {"audit_shard": {"S": name}, "pk": {"S": after}, "sk": {"S": "ACCOUNT"}} if after else None
    found = reads.query(AccountItem, AccountItem.audit_shard == name, index=ACCOUNTS.name, limit=100, start=start)
    pks = [item["pk"]["S"] for item in found.items]
    return [pk.partition("#")[2] for pk in pks], pks[-1] if found.next_key else None


def _report(user_id: str, now: datetime) -> bool:
    proof = prove(user_id)
    if proof.sound:
        return False
    logger().error("wallet_drifted", user_id=user_id, gaps=proof.gaps)
    event = DriftFound(
        user_id=user_id,
        balance_drift=proof.balance_drift,
        held_drift=proof.held_drift,
        booked_drift=proof.booked_drift,
    )
    commit(outbox(event, at=now))
    return True
