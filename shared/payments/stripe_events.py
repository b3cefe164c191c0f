"""Stripe's events: kept when they come, worked from a queue, paid exactly once per payment and per event (S-W-48)."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime

from aws_lambda_powertools.metrics import MetricUnit
from pydantic import ValidationError

from shared.kernel import inbox
from shared.kernel.events import outbox
from shared.kernel.storage.conflicts import retry_on_conflict
from shared.kernel.storage.writes import commit
from shared.kernel.telemetry import logger, metrics
from shared.payments import checkout, provider, rules, settlement
from shared.payments.errors import PaymentMoved, UnreadableEvent
from shared.payments.events import StripeEventReceived
from shared.payments.items import PaymentsInbox
from shared.payments.provider import PROVIDER, Charge, CheckoutSession, StripeEvent
from shared.payments.reviews import About
from shared.payments.rules import Decision, Leave, Review

UNKNOWN_METRIC = "StripeEventsUnknown"
"""Counts events of types that we neither act on nor review: the endpoint at Stripe asks for something that nobody here
looks at. An alarm watches it."""


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
        retry_on_conflict(lambda: _work(event, now), of=PaymentMoved, otherwise=PaymentMoved)


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
    if event.type in rules.SESSION_EVENTS:
        _work_session(event, now)
    elif rules.to_review(event.type):
        settlement.apply(Review("money goes back"), _word(event, provider.charge_in(event)), None, now=now)
    else:
        metrics().add_metric(name=UNKNOWN_METRIC, unit=MetricUnit.Count, value=1)
        settlement.apply(Leave(f"nothing follows from {event.type}"), _word(event), None, now=now)


def _work_session(event: StripeEvent, now: datetime) -> None:
    session = provider.session_in(event)
    payment = checkout.find(session.payment_id) if session and session.payment_id else None
    decision: Decision
    if session is None:
        decision = Review("the session has another form than agreed")
    elif session.payment_id is None:
        decision = Leave("not a session of ours")
    elif payment is None:
        decision = Review("there is no such payment")
    else:
        decision = rules.decide(event.type, session.told(), payment.purchase())
    settlement.apply(decision, _word(event, session), payment, now=now)


def _word(event: StripeEvent, subject: CheckoutSession | Charge | None = None) -> settlement.Word:
    about = About(event.id, event.type, **(subject.about() if subject else {}))
    return settlement.Word(
        about, noted=lambda outcome, reason: [inbox.note(PaymentsInbox, PROVIDER, event.id, outcome, reason)]
    )
