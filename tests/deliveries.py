"""What Stripe posts: events about Checkout sessions, signed at a given time."""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from shared.kernel.clock import to_ms
from shared.kernel.due import due_shard
from shared.payments import checkout, rules
from shared.payments.events import StripeEventReceived
from shared.payments.items import ASK_KIND, PAYMENT_SK, PaymentItem, payment_pk
from tests.calls import invoke
from tests.triggers import queue_event, webhook_event

SECRET = "whsec_local"
COMPLETED = "checkout.session.completed"
EXPIRED = "checkout.session.expired"
ARRIVED = "checkout.session.async_payment_succeeded"
NEVER_ARRIVED = "checkout.session.async_payment_failed"


def payment(payment_id: str = "pay_1", *, at: datetime, **changes: Any) -> PaymentItem:
    """Return a payment of 100 credits and 5 on top for 9.99 USD, as a checkout leaves it."""
    fields: dict[str, Any] = {
        "user_id": "usr_viewer",
        "price_id": "prc_1",
        "product_code": "credits-100",
        "credits": 100_000,
        "bonus_credits": 5_000,
        "amount": 999,
        "currency": "USD",
        "provider": "STRIPE",
        "provider_ref": f"cs_{payment_id}",
        "checkout_url": f"https://checkout.example/{payment_id}",
        "status": "PENDING",
        "created_at": at,
        "due_shard": due_shard(ASK_KIND, payment_pk(payment_id)),
        "due_at": at + rules.ASK_FIRST,
    }
    return PaymentItem(pk=payment_pk(payment_id), sk=PAYMENT_SK, **fields | changes)


def event(event_id: str, kind: str, payment_id: str = "pay_1", **session: Any) -> bytes:
    """Return the body of an event about a payment's Checkout session; ``session`` replaces fields of it."""
    fields: dict[str, Any] = {
        "id": f"cs_{payment_id}",
        "object": "checkout.session",
        "amount_total": 999,
        "currency": "usd",
        "metadata": {"userId": "usr_viewer", "priceId": "prc_1", "paymentId": payment_id},
        "payment_status": "paid" if kind in {COMPLETED, ARRIVED} else "unpaid",
    }
    body = {"id": event_id, "object": "event", "type": kind, "data": {"object": fields | session}}
    return json.dumps(body, indent=2, ensure_ascii=False).encode()


def money_back(event_id: str, kind: str, payment_id: str = "pay_1", **subject: Any) -> bytes:
    """Return the body of an event about a charge, refund or dispute of a payment."""
    fields: dict[str, Any] = {
        "id": "ch_1",
        "object": "charge",
        "amount": 999,
        "currency": "usd",
        "metadata": {"userId": "usr_viewer", "priceId": "prc_1", "paymentId": payment_id},
        "payment_intent": "pi_1",
    }
    body = {"id": event_id, "object": "event", "type": kind, "data": {"object": fields | subject}}
    return json.dumps(body).encode()


def signature(body: bytes, at: datetime, secret: str = SECRET) -> str:
    """Return the v1 signature of a body at a time."""
    return hmac.new(secret.encode(), b"%d." % (to_ms(at) // 1000) + body, hashlib.sha256).hexdigest()


def signed(body: bytes, at: datetime, *secrets: str) -> dict[str, str]:
    """Return the headers of a delivery, signed with each secret."""
    versions = [f"v1={signature(body, at, secret)}" for secret in secrets or (SECRET,)]
    return {"stripe-signature": ",".join([f"t={to_ms(at) // 1000}", *versions])}


def deliver(body: bytes, at: datetime) -> int:
    """Post a signed event to the receiver and return the status it answered."""
    status: int = invoke("payments.receive_stripe_event", webhook_event(body, signed(body, at)))["statusCode"]
    return status


def work(*event_ids: str) -> list[str]:
    """Let the consumer work events of the inbox and return the messages that failed."""
    batch = queue_event(*(StripeEventReceived(event_id=event_id) for event_id in event_ids))
    answer = invoke("payments.process_stripe_event", batch)
    return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]


def standing(payment_id: str = "pay_1") -> PaymentItem:
    """Return a payment as it stands."""
    found = checkout.find(payment_id)
    assert found is not None
    return found
