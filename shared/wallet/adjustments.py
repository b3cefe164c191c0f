"""Corrections by administrators: never of one's own wallet, and large ones by two people.

Each correction is an item that says who asked, why, and who else decided; its entry commits together with it.
"""

from contextlib import suppress
from datetime import datetime
from typing import cast

from shared.kernel import correlation, cursors
from shared.kernel.config import settings_of
from shared.kernel.errors import ValidationFailed
from shared.kernel.ids import derived_id
from shared.kernel.money import Credits, credits_of
from shared.kernel.orders import Order
from shared.kernel.storage import reads
from shared.kernel.storage.table import DUE
from shared.kernel.storage.tries import tries
from shared.kernel.storage.writes import Put, Update, Write, commit
from shared.kernel.telemetry import logger, metrics
from shared.kernel.wire import Page
from shared.wallet import journal, rules
from shared.wallet.domain import WalletSettings
from shared.wallet.errors import (
    AccountNotFound,
    AdjustmentDecided,
    AdjustmentNotFound,
    HoldClosed,
    NotRefundable,
    OwnAccount,
    SecondPersonNeeded,
    StaleAccount,
    VoidTooLarge,
)
from shared.wallet.items import (
    ADJUSTMENT_SK,
    WAITING_ADJUSTMENTS,
    AdjustedItem,
    AdjustmentItem,
    HoldItem,
    JournalItem,
    adjustment_pk,
)
from shared.wallet.rules import Reference
from shared.wallet.schemas import Adjustment, AdjustmentDecision, AdjustmentRequest, VoidedHold

METRIC = "LargeAdjustments"
"""Counts corrections that need a second person; an alarm watches it."""


class _KnownBefore(Exception):
    """An earlier try of the same request wrote it."""


class _OverDailyCap(Exception):
    """The administrator has moved too much alone today."""


def adjust(body: AdjustmentRequest, *, admin_id: str, operation: str, now: datetime) -> Adjustment:
    """Correct an account by a new entry (S-W-12, S-W-13, X-W-06), or ask a second administrator where it is large.

    Every try of one request has its effect once.

    Raises:
        ValidationFailed: the amount is zero, a refund is none, or what it corrects is no entry of the wallet.
        OwnAccount: it is the administrator's own wallet.
        AccountNotFound: the user has no account.
        NotRefundable: what is to be given back is no debit, was less, or was given back before.
        InsufficientCredits: it would take more than is available.
    """
    _require_sense(body)
    if body.user_id == admin_id:
        raise OwnAccount
    adjustment_id = derived_id("adj", operation)
    known = _find(adjustment_id)
    if known is not None:
        return _view(known)
    if journal.read_account(body.user_id).version == 0:
        raise AccountNotFound
    _require_refundable(body) if body.type == "REFUND" else _require_named(body)
    item = _item(body, adjustment_id, admin_id=admin_id, now=now)
    alone = credits_of(settings_of(WalletSettings).adjustment_cap)
    try:
        if abs(body.amount) <= alone and _post_alone(item, admin_id, now):
            return _view(item)
        _ask(item, now)
    except _KnownBefore:
        return _view(_existing(adjustment_id))
    return _view(item)


def waiting(*, limit: int, cursor: str | None, order: Order) -> Page[Adjustment]:
    """Return one page of the corrections that wait for a second administrator.

    Raises:
        BadCursor: the cursor is not one of this list.
    """
    scope = f"adjustments#{order}"
    found = reads.query(
        AdjustmentItem,
        AdjustmentItem.due_shard == WAITING_ADJUSTMENTS,
        index=DUE.name,
        limit=limit,
        descending=order == "newest",
        start=cursors.decode(scope, cursor),
    )
    keys = [(AdjustmentItem, item["pk"]["S"], item["sk"]["S"]) for item in found.items]
    views = [_view(item) for item in (reads.get_many(keys) if keys else [])]
    return Page(views, limit=limit, next_cursor=cursors.encode(scope, found.next_key))


def decide(adjustment_id: str, body: AdjustmentDecision, *, admin_id: str, now: datetime) -> Adjustment:
    """Approve a correction, which posts it, or reject it. The same decision again is fine.

    Raises:
        AdjustmentNotFound: there is none of this id.
        SecondPersonNeeded: the administrator asked for it, or owns the wallet.
        AdjustmentDecided: it was decided before, by somebody else or otherwise.
        NotRefundable: the debit was given back meanwhile.
        InsufficientCredits: it would take more than is available.
    """
    item = _existing(adjustment_id)
    if admin_id in {item.requested_by, item.user_id}:
        raise SecondPersonNeeded
    status = "POSTED" if body.decision == "APPROVE" else "REJECTED"
    if item.status == "REQUESTED":
        decided = _decided(item, status, body.note, admin_id, now)
        with suppress(AdjustmentDecided):
            _post(item, [decided], now) if status == "POSTED" else commit(decided)
        item = _existing(adjustment_id)
    if (item.status, item.decided_by) != (status, admin_id):
        raise AdjustmentDecided
    return _view(item)


def void(user_id: str, hold_id: str, reason: str, *, admin_id: str, operation: str, now: datetime) -> VoidedHold:
    """Void an open hold: everything comes back to its owner (X-W-36). Every try of one request has its effect once.

    It counts as what an administrator moves alone; more than that is settled first and then corrected by two.

    Raises:
        OwnAccount: it is the administrator's own wallet.
        HoldNotFound: there is none.
        HoldClosed: it was settled, voided or expired before.
        VoidTooLarge: it is more than one administrator moves alone.
        StaleAccount: the account is too contended.
    """
    if user_id == admin_id:
        raise OwnAccount
    for _ in tries():
        hold = journal.find_hold(user_id, hold_id)
        if hold.status == "VOIDED" and hold.voided_by == operation:
            return VoidedHold.model_validate(hold, from_attributes=True, by_name=True)
        if hold.status != "OPEN":
            raise HoldClosed
        # One that was extended meanwhile is still open, with more.
        with suppress(HoldClosed):
            _void(hold, reason, admin_id, operation, now)
    raise StaleAccount


def _void(hold: HoldItem, reason: str, admin_id: str, operation: str, now: datetime) -> None:
    if hold.amount > credits_of(settings_of(WalletSettings).adjustment_cap):
        raise VoidTooLarge
    counted = [_counted(hold.amount, admin_id, now)]
    try:
        journal.void_hold(hold, reason=reason, admin_id=admin_id, operation=operation, now=now, beside=counted)
    except _OverDailyCap:
        raise VoidTooLarge from None


def _require_sense(body: AdjustmentRequest) -> None:
    if body.amount == 0:
        raise ValidationFailed(details=[("amount", "A correction moves something")])
    if body.type == "REFUND" and (body.amount < 0 or not body.corrects):
        raise ValidationFailed(details=[("corrects", "A refund is positive and names the debit that it gives back")])


def _require_named(body: AdjustmentRequest) -> None:
    """Require that what a correction puts right is an entry of this wallet (X-W-06)."""
    if body.reason_code == "WRONG_ENTRY" and not body.corrects:
        raise ValidationFailed(details=[("corrects", "Name the entry that was wrong")])
    corrected = _corrected(body)
    if body.corrects and (corrected is None or corrected.user_id != body.user_id):
        raise ValidationFailed(details=[("corrects", "There is no such entry of this wallet")])


def _corrected(body: AdjustmentRequest) -> JournalItem | None:
    kind, _, reference = (body.corrects or "").partition("#")
    return journal.find(Reference(kind, reference))


def _require_refundable(body: AdjustmentRequest) -> None:
    debit = _corrected(body)
    if debit is None or body.amount > -debit.postings.get(rules.customer(body.user_id), 0):
        raise NotRefundable


def _item(body: AdjustmentRequest, adjustment_id: str, *, admin_id: str, now: datetime) -> AdjustmentItem:
    return AdjustmentItem(
        pk=adjustment_pk(adjustment_id),
        sk=ADJUSTMENT_SK,
        status="REQUESTED",
        type=body.type,
        user_id=body.user_id,
        amount=body.amount,
        reason=body.reason,
        reason_code=body.reason_code,
        corrects=body.corrects,
        # A debit is given back once: the refund goes by its name.
        reference_id=(body.corrects or "") if body.type == "REFUND" else adjustment_id,
        requested_by=admin_id,
        requested_at=now,
        request_id=correlation.current(),
    )


def _new(item: AdjustmentItem) -> Put:
    return Put(item, condition=AdjustmentItem.pk.does_not_exist(), error=_KnownBefore)


def _post_alone(item: AdjustmentItem, admin_id: str, now: datetime) -> bool:
    item.status = "POSTED"
    try:
        _post(item, [_new(item), _counted(item.amount, admin_id, now)], now)
    except _OverDailyCap:
        return False
    return True


def _counted(amount: Credits, admin_id: str, now: datetime) -> Update:
    """Return the write that counts what an administrator moves alone, whichever way, up to the day's cap."""
    moved = abs(amount)
    left = credits_of(settings_of(WalletSettings).adjustment_daily_cap) - Credits(moved)
    fits = AdjustedItem.total <= left
    return Update(
        AdjustedItem,
        f"ADMIN#{admin_id}",
        f"DAY#{now.date().isoformat()}",
        [AdjustedItem.total.add(moved)],
        condition=(AdjustedItem.pk.does_not_exist() | fits) if left >= 0 else fits,
        error=_OverDailyCap,
    )


def _post(item: AdjustmentItem, beside: list[Write], now: datetime) -> None:
    posted = journal.adjust(
        item.user_id,
        item.amount,
        kind=cast("rules.Correction", item.type),
        reference=_reference(item),
        reason=item.reason,
        code=cast("rules.ReasonCode", item.reason_code or "OTHER"),
        admin_id=item.requested_by,
        now=now,
        corrects=item.corrects,
        beside=beside,
    )
    if posted.replayed and not _was_posted(item.id):
        raise NotRefundable


def _was_posted(adjustment_id: str) -> bool:
    """Tell whether an entry that was there before is this correction's own."""
    item = _find(adjustment_id)
    return item is not None and item.status == "POSTED"


def _reference(item: AdjustmentItem) -> Reference:
    return Reference("REFUND" if item.type == "REFUND" else "ADMIN", item.reference_id)


def _ask(item: AdjustmentItem, now: datetime) -> None:
    item.status, item.due_shard, item.due_at = "REQUESTED", WAITING_ADJUSTMENTS, now
    commit(_new(item))
    logger().warning("adjustment_requested", adjustment_id=item.id, admin_id=item.requested_by)
    metrics().add_metric(METRIC, "Count", 1)


def _decided(item: AdjustmentItem, status: str, note: str, admin_id: str, now: datetime) -> Update:
    actions = [
        AdjustmentItem.status.set(status),
        AdjustmentItem.decided_by.set(admin_id),
        AdjustmentItem.decided_at.set(now),
        AdjustmentItem.decision_request_id.set(correlation.current()),
        AdjustmentItem.note.set(note),
        AdjustmentItem.due_shard.remove(),
        AdjustmentItem.due_at.remove(),
    ]
    still = AdjustmentItem.status == "REQUESTED"
    return Update(AdjustmentItem, item.pk, item.sk, actions, condition=still, error=AdjustmentDecided)


def _find(adjustment_id: str) -> AdjustmentItem | None:
    return reads.get(AdjustmentItem, adjustment_pk(adjustment_id), ADJUSTMENT_SK)


def _existing(adjustment_id: str) -> AdjustmentItem:
    item = _find(adjustment_id)
    if item is None:
        raise AdjustmentNotFound
    return item


def _view(item: AdjustmentItem) -> Adjustment:
    posted = journal.find(_reference(item)) if item.status == "POSTED" else None
    stored = {name: getattr(item, name) for name in Adjustment.model_fields if name != "sequence"}
    stored["sequence"] = posted.sequence if posted else None
    return Adjustment.model_validate(stored, by_name=True, by_alias=False)
