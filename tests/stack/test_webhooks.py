"""Stripe's deliveries at the function URL: forged, stale, repeated, reordered, garbage. One credit, never a 5xx."""

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests

from infra.local import clock
from infra.local.client import Client
from tests.stack.conftest import Stack, count_items

SECRET = b"whsec_local"

STALE = 360
"""Seconds outside the window of 300 on either side, also when the machine is slow to deliver."""


def sign(body: bytes, *, at: float | None = None, secret: bytes = SECRET) -> dict[str, str]:
    """Return Stripe's signature header for a body."""
    stamp = str(int(clock.seconds() if at is None else at))
    tag = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"Stripe-Signature": f"t={stamp},v1={tag}", "Content-Type": "application/json"}


def event_for(payment: dict[str, Any], kind: str = "checkout.session.completed") -> bytes:
    """Return an event about a session that our checkout never made."""
    session = {"id": f"cs_{uuid.uuid4().hex}", "object": "checkout.session", "payment_status": "paid"} | payment
    event = {"id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": kind, "created": clock.seconds()}
    return json.dumps(event | {"data": {"object": session}}).encode()


@pytest.mark.covers("S-W-44", "S-W-49")
def test_forged_stale_and_garbage_deliveries_are_refused_and_leave_nothing(
    stack: Stack, aws: Callable[[str], Any]
) -> None:
    url, body = stack["functionUrls"]["stripe"], event_for({})
    before = count_items(aws, stack, "payments")
    refused = [
        (body, {}),
        (body, sign(body, secret=b"whsec_other")),
        (body, sign(body, at=clock.seconds() - STALE)),
        (body, sign(body, at=clock.seconds() + STALE)),
        (body, {"Stripe-Signature": "t=,v1="}),
        (body, {"Stripe-Signature": "nonsense"}),
        (body + b" ", sign(body)),
        (b"\xff\xfe\x00", sign(b"\xff\xfe\x00")),
        (b"", sign(b"")),
        (b"[]", sign(b"[]")),
        (b"{}", sign(b"{}")),
    ]
    for sent, headers in refused:
        answer = requests.post(url, data=sent, headers=headers, timeout=30)
        assert (answer.status_code in {400, 401, 403}, answer.content) == (True, b""), (sent, headers)
    assert count_items(aws, stack, "payments") == before


@pytest.mark.covers("R-11", "S-W-48")
def test_a_paid_event_delivered_a_thousand_times_is_credited_once(stack: Stack, viewer: Client) -> None:
    price = next(p for p in viewer.call("GET", "/v1/payments/prices").data if p["productCode"] == "credits-500")
    checkout = viewer.call("POST", "/v1/payments/checkout", {"priceId": price["id"]}).data
    simulator = stack["simulators"]["stripe"]
    requests.post(checkout["checkoutUrl"], data={"action": "card"}, timeout=30, allow_redirects=False)
    events = requests.get(
        f"{simulator}/v1/events", headers={"Authorization": "Bearer sk_test_local"}, timeout=30
    ).json()["data"]
    event_id = next(
        event["id"]
        for event in events
        if event["type"] == "checkout.session.completed" and event["data"]["object"]["id"] == checkout["sessionId"]
    )
    answers = requests.post(f"{simulator}/_sim/events/{event_id}/redeliver", json={"times": 1000}, timeout=300).json()
    assert answers["answers"] == {"200": 1000}, answers
    deadline = time.monotonic() + 60
    while viewer.call("GET", "/v1/wallet/balance").data["available"] != "500":
        assert time.monotonic() < deadline, "the credits did not arrive"
        time.sleep(0.5)
    time.sleep(3)
    deposits = [e for e in viewer.call("GET", "/v1/wallet/ledger").data if e["type"] == "DEPOSIT"]
    assert [entry["amount"] for entry in deposits[:1]] == ["500"]
    assert viewer.call("GET", "/v1/wallet/balance").data["available"] == "500"
