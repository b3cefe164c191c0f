"""Stripe's events: kept when they come, worked from a queue, paid exactly once per payment and per event (S-W-48)."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime

from aws_lambda_powertools.metrics import MetricUnit
from pydantic import ValidationError

from shared import wallet
from shared.kernel import inbox
from shared.kernel.events import outbox
from shared.kernel.storage.writes import Update, commit, transact
from shared.kernel.telemetry import logger, metrics
from shared.payments import checkout, provider, rules
from shared.payments.errors import PaymentMoved, UnreadableEvent
from shared.payments.events import PaymentFailed, PaymentSucceeded, StripeEventReceived
from shared.payments.items import PAYMENT_SK, PaymentItem, PaymentsInbox
from shared.payments.provider import PROVIDER, StripeEvent
from shared.payments.rules import Decision, Fail, Leave, Pay, Review

_TRIES = 5

REVIEW_METRIC = "PaymentsToReview"
"""Counts events that a person has to look at; an alarm watches it."""


def receive(signature: str, body: bytes, *, now: datetime) -> None:
    """Verify a delivery over its raw bytes, keep it once and announce it (X-W-25). A duplicate changes nothing.

    Raises:
        BadSignature: it is not Stripe's, or not of these 300 s.
        UnreadableEvent: it is signed, but no event.
        PayloadTooLarge: it is larger than an inbox item may be.
    """
    rules.verify_stripe(signature, body, provider.webhook_secrets(), now=now)
    try:
        event = StripeEvent.model_validate_json(body)
    except ValidationError:
        raise UnreadableEvent from None
    new = inbox.keep(PaymentsInbox, PROVIDER, event.id, body, StripeEventReceived(event_id=event.id), now=now)
    logger().info("stripe_event_received", event_id=event.id, event_type=event.type, new=new)


def process(event_id: str, *, now: datetime) -> None:
    """Work one event of the inbox; working it again, or in another order, has the same end.

    Raises:
        LookupError: it is not in the inbox.
        PaymentMoved: its payment kept changing meanwhile; the queue brings the event again.
    """
    kept = inbox.read(PaymentsInbox, PROVIDER, event_id)
    if kept.outcome == inbox.DONE:
        return
    event = StripeEvent.model_validate_json(kept.body)
    with suppress(inbox.AlreadyDone):
        _settle(event, now)


def _settle(event: StripeEvent, now: datetime) -> None:
    for _ in range(_TRIES):
        with suppress(PaymentMoved):
            _work(event, now)
            return
    raise PaymentMoved


def received_between(first: datetime, last: datetime) -> Iterator[str]:
    """Yield the ids of the events that came from one instant up to and including another, oldest first."""
    return inbox.received_between(PaymentsInbox, PROVIDER, first, last)


def replay(event_ids: Iterable[str], *, now: datetime) -> int:
    """Announce events of the inbox again, so that they are worked again (X-W-26), and return how many they were.

    Raises:
        LookupError: one of them is not in the inbox.
    """
    wanted = list(event_ids)
    for event_id in wanted:
        inbox.read(PaymentsInbox, PROVIDER, event_id)
        commit(outbox(StripeEventReceived(event_id=event_id), at=now))
    return len(wanted)


def _work(event: StripeEvent, now: datetime) -> None:
    session = provider.session_in(event) if event.type in rules.SESSION_EVENTS else None
    payment = checkout.find(session.payment_id) if session and session.payment_id else None
    if event.type not in rules.SESSION_EVENTS:
        _note(event, Leave(f"nothing follows from {event.type}"))
    elif session is None:
        _note(event, Review("the session has another form than agreed"))
    elif session.payment_id is None:
        _note(event, Leave("not a session of ours"))
    elif payment is None:
        _note(event, Review("there is no such payment"))
    else:
        _apply(rules.decide(event.type, session.told(), payment.purchase()), event, payment, now)


def _apply(decision: Decision, event: StripeEvent, payment: PaymentItem, now: datetime) -> None:
    match decision:
        case Pay():
            _credit(event, payment, decision, now)
        case Fail():
            failed = PaymentFailed(payment_id=payment.id, user_id=payment.user_id, reason=decision.reason)
            moved = _move(payment, "FAILED", ("PENDING",), now, reason=decision.reason)
            transact([moved, _noted(event, "DONE"), outbox(failed, at=now)])
        case Review() if payment.status in rules.OPEN:
            moved = _move(payment, "UNDER_REVIEW", rules.OPEN, now, reason=decision.reason)
            transact([moved, _noted(event, "REVIEW", decision.reason)])
            _alarm(event, decision)
        case Review() | Leave():
            _note(event, decision)


def _credit(event: StripeEvent, payment: PaymentItem, decision: Pay, now: datetime) -> None:
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
        beside=[
            _move(payment, "SUCCEEDED", rules.OPEN, now, method=decision.method),
            _noted(event, "DONE"),
            outbox(succeeded, at=now),
        ],
    )
    if posted.replayed:
        _note(event, Leave("credited before"))


def _move(
    payment: PaymentItem,
    status: rules.Status,
    allowed: tuple[rules.Status, ...],
    now: datetime,
    *,
    method: str | None = None,
    reason: str | None = None,
) -> Update:
    """Return the write that moves a payment on; states only ever move forward."""
    actions = [
        PaymentItem.status.set(status),
        PaymentItem.settled_at.set(now),
        PaymentItem.reason.set(reason) if reason else PaymentItem.reason.remove(),
    ]
    if method:
        actions.append(PaymentItem.method.set(method))
    still = PaymentItem.status.is_in(*allowed)
    return Update(PaymentItem, payment.pk, PAYMENT_SK, actions, condition=still, error=PaymentMoved)


def _noted(event: StripeEvent, outcome: inbox.Outcome, reason: str | None = None) -> Update:
    return inbox.note(PaymentsInbox, PROVIDER, event.id, outcome, reason)


def _note(event: StripeEvent, decision: Review | Leave) -> None:
    outcome: inbox.Outcome = "REVIEW" if isinstance(decision, Review) else "IGNORED"
    inbox.close(PaymentsInbox, PROVIDER, event.id, outcome, decision.reason)
    if isinstance(decision, Review):
        _alarm(event, decision)


def _alarm(event: StripeEvent, decision: Review) -> None:
    logger().warning("payment_to_review", event_id=event.id, event_type=event.type, reason=decision.reason)
    metrics().add_metric(name=REVIEW_METRIC, unit=MetricUnit.Count, value=1)
