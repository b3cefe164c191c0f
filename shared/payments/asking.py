"""Asking after purchases that nobody told us of: an event may be lost for good, the money is not.

A purchase is in the due index until it is settled. What the provider answers goes the way of its events, so that a
late event and an answer credit it once between them.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from aws_lambda_powertools.metrics import MetricUnit

from shared.kernel.due import due_shard
from shared.kernel.errors import Unavailable
from shared.kernel.storage import reads
from shared.kernel.storage.moving import Outcome
from shared.kernel.storage.writes import ConditionFailed, Update, commit
from shared.kernel.telemetry import logger, metrics
from shared.payments import provider, rules, settlement
from shared.payments.errors import PaymentMoved
from shared.payments.items import ASK_KIND, PaymentItem
from shared.payments.reviews import About
from shared.payments.rules import Wait

UNANSWERED_METRIC = "PaymentsUnanswered"
"""Counts purchases that have waited for more than a day and that the provider says nothing of; an alarm watches it."""

LONG = timedelta(days=1)


def ask(pk: str, sk: str, *, now: datetime) -> None:
    """Ask the provider what became of a purchase that is due, and act on it; ask again later where it is not over."""
    payment = reads.get(PaymentItem, pk, sk)
    if payment is None or payment.status != "PENDING" or payment.due_at is None or payment.due_at > now:
        return
    try:
        decision = rules.answered(_told(payment), payment.purchase(), age=now - payment.created_at)
    except Unavailable:
        _unanswered(payment, now)
        decision = Wait()
    # Whoever moved the payment meanwhile has settled it.
    with suppress(PaymentMoved, ConditionFailed):
        if isinstance(decision, Wait):
            _later(payment, now)
        else:
            settlement.apply(decision, _word(payment), payment, now=now)


def remember(payment: PaymentItem) -> Outcome:
    """Put a pending purchase into the due index, for a backfill, where it was begun before that had purchases."""
    if payment.status != "PENDING" or payment.due_at is not None:
        return Outcome.SAME
    actions = [
        PaymentItem.due_shard.set(due_shard(ASK_KIND, payment.pk)),
        PaymentItem.due_at.set(payment.created_at + rules.ASK_FIRST),
    ]
    unasked = (PaymentItem.status == "PENDING") & PaymentItem.due_at.does_not_exist()
    try:
        commit(Update(PaymentItem, payment.pk, payment.sk, actions, condition=unasked))
    except ConditionFailed:
        return Outcome.CHANGED
    return Outcome.MOVED


def _told(payment: PaymentItem) -> rules.Asked | rules.Unknown | None:
    return provider.ask(payment.provider_ref) if payment.provider_ref else None


def _word(payment: PaymentItem) -> settlement.Word:
    about = About(
        source=f"asked-{payment.id}",
        type="asked",
        object_id=payment.provider_ref,
        payment_id=payment.id,
        user_id=payment.user_id,
        amount=payment.amount,
        currency=payment.currency,
    )
    return settlement.Word(about, noted=lambda _outcome, _reason: ())


def _later(payment: PaymentItem, now: datetime) -> None:
    times = (payment.asked or 0) + 1
    actions = [PaymentItem.asked.set(times), PaymentItem.due_at.set(now + rules.ask_again_after(times))]
    as_read = (PaymentItem.status == "PENDING") & (PaymentItem.due_at == payment.due_at)
    commit(Update(PaymentItem, payment.pk, payment.sk, actions, condition=as_read))


def _unanswered(payment: PaymentItem, now: datetime) -> None:
    logger().warning("payment_unanswered", payment_id=payment.id)
    if now - payment.created_at >= LONG:
        metrics().add_metric(name=UNANSWERED_METRIC, unit=MetricUnit.Count, value=1)
