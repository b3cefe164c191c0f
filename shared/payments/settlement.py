"""What a decision does to a payment, whoever brought the word: an event of the provider, or its answer when asked."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from shared import wallet
from shared.kernel import inbox
from shared.kernel.events import outbox
from shared.kernel.storage.writes import Update, Write, transact
from shared.payments import reviews, rules
from shared.payments.errors import PaymentMoved
from shared.payments.events import PaymentFailed, PaymentSucceeded
from shared.payments.items import PAYMENT_SK, PaymentItem
from shared.payments.rules import Decision, Fail, Leave, Pay, Review

Noted = Callable[[inbox.Outcome, str | None], Sequence[Write]]
"""The writes by which the bringer of the word notes what came of it."""


@dataclass(frozen=True, slots=True)
class Word:
    """What was heard of a payment.

    Attributes:
        about: what a review says of it.
        noted: notes the outcome, in the transaction of the effect.
    """

    about: reviews.About
    noted: Noted


def apply(decision: Decision, word: Word, payment: PaymentItem | None, *, now: datetime) -> None:
    """Do what was decided, once, together with the note of it.

    Raises:
        PaymentMoved: the payment is not as it was read any more; nothing was changed.
    """
    match decision:
        case Pay() if payment:
            _credit(word, payment, decision, now)
        case Fail() if payment:
            failed = PaymentFailed(payment_id=payment.id, user_id=payment.user_id, reason=decision.reason)
            moved = _move(payment, "FAILED", ("PENDING",), now, reason=decision.reason)
            transact([moved, *word.noted("DONE", None), outbox(failed, at=now)])
        case Review():
            stopped = payment is not None and payment.status in rules.OPEN
            moves = [_move(payment, "UNDER_REVIEW", rules.OPEN, now, reason=decision.reason)] if stopped else []  # type: ignore[arg-type]
            with suppress(inbox.AlreadyDone):
                reviews.open_review(
                    word.about, decision.reason, [*moves, *word.noted("REVIEW", decision.reason)], now=now
                )
        case Leave():
            _leave(word, decision.reason)


def _leave(word: Word, reason: str) -> None:
    writes = word.noted("IGNORED", reason)
    if writes:
        with suppress(inbox.AlreadyDone):
            transact(writes)


def _credit(word: Word, payment: PaymentItem, decision: Pay, now: datetime) -> None:
    succeeded = PaymentSucceeded(
        payment_id=payment.id,
        user_id=payment.user_id,
        credits=payment.credits,
        bonus_credits=payment.bonus_credits,
        amount=payment.amount,
        currency=payment.currency,
    )
    posted = wallet.deposit(
        payment.user_id,
        payment.credits,
        bonus=payment.bonus_credits,
        reference=wallet.Reference("PAYMENT", payment.id),
        now=now,
        note={"paid": {"amount": payment.amount, "currency": payment.currency}},
        beside=[
            _move(payment, "SUCCEEDED", rules.OPEN, now, method=decision.method),
            *word.noted("DONE", None),
            outbox(succeeded, at=now),
        ],
    )
    if posted.replayed:
        _leave(word, "credited before")


def _move(
    payment: PaymentItem,
    status: rules.Status,
    allowed: tuple[rules.Status, ...],
    now: datetime,
    *,
    method: str | None = None,
    reason: str | None = None,
) -> Update:
    """Return the write that moves a payment on; states only ever move forward, and nobody is asked any more."""
    actions = [
        PaymentItem.status.set(status),
        PaymentItem.settled_at.set(now),
        PaymentItem.reason.set(reason) if reason else PaymentItem.reason.remove(),
        PaymentItem.due_shard.remove(),
        PaymentItem.due_at.remove(),
    ]
    if method:
        actions.append(PaymentItem.method.set(method))
    still = PaymentItem.status.is_in(*allowed)
    return Update(PaymentItem, payment.pk, PAYMENT_SK, actions, condition=still, error=PaymentMoved)
