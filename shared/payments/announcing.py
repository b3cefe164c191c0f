"""Telling buyers what became of their purchase."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from shared import messaging
from shared.kernel import realtime
from shared.kernel.money import to_decimal
from shared.kernel.storage.writes import transact
from shared.payments import rules
from shared.payments.events import PaymentFailed, PaymentSucceeded
from shared.payments.messages import CreditsToppedUp, PaymentCameToNothing

TOLD_WITHIN = timedelta(days=3)
"""How long the news of a payment makes sense."""


def announce(event: PaymentSucceeded | PaymentFailed, *, now: datetime) -> None:
    """Publish the outcome of a purchase to its buyer; a repeat says the same again."""
    message: realtime.LiveMessage
    if isinstance(event, PaymentSucceeded):
        message = CreditsToppedUp(payment_id=event.payment_id, credits=event.credits, bonus_credits=event.bonus_credits)
    else:
        message = PaymentCameToNothing(payment_id=event.payment_id, reason=event.reason)
    realtime.publish(message, event.user_id, now=now)


def tell(event: PaymentSucceeded, *, now: datetime) -> None:
    """Ask for the messages that a payment arrived, one in the product and one by mail, once each (S-N-12)."""
    in_app = messaging.MessageRequest(
        key=f"payment:{event.payment_id}",
        recipient_id=event.user_id,
        category="payment",
        template="payment.success",
        variables={
            "amount": rules.in_words(event.amount, event.currency),
            "credits": to_decimal(event.credits + event.bonus_credits),
        },
        valid=TOLD_WITHIN,
        channels=(messaging.Channel.IN_APP,),
        about=f"payment:{event.payment_id}",
    )
    mail = replace(in_app, key=f"{in_app.key}:mail", channels=(messaging.Channel.EMAIL,))
    with suppress(messaging.AlreadyRequested):
        transact([*messaging.request(in_app, now=now), *messaging.request(mail, now=now)])
