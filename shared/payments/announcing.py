"""Telling buyers live what became of their purchase."""

from datetime import datetime

from shared.kernel import realtime
from shared.payments.events import PaymentFailed, PaymentSucceeded
from shared.payments.messages import CreditsToppedUp, PaymentCameToNothing


def announce(event: PaymentSucceeded | PaymentFailed, *, now: datetime) -> None:
    """Publish the outcome of a purchase to its buyer; a repeat says the same again."""
    message: realtime.LiveMessage
    if isinstance(event, PaymentSucceeded):
        message = CreditsToppedUp(payment_id=event.payment_id, credits=event.credits, bonus_credits=event.bonus_credits)
    else:
        message = PaymentCameToNothing(payment_id=event.payment_id, reason=event.reason)
    realtime.publish(message, event.user_id, now=now)
