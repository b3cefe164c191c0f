"""Run the Stripe simulator: `python -m infra.local.simulators.stripe --port N [--webhook-url URL]`."""

import hashlib
import hmac
import json
import os
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from infra.local import clock
from infra.local.simulators import _server
from infra.local.simulators._modes import API_MODES, WEBHOOK_MODES, Modes
from infra.local.simulators._webhooks import Message, Provider, Signed, Webhooks
from infra.local.simulators.stripe.account import EVENT, Account, Object, public
from infra.local.simulators.stripe.api import Api, error_response
from infra.local.simulators.stripe.checkout import CheckoutPage
from infra.local.simulators.stripe.errors import StripeError

_RETRIES = 8


class StripeSimulator:
    """Account, API, checkout page and webhooks of one merchant."""

    def __init__(self, base_url: str, webhook_urls: list[str], retry_ms: int) -> None:
        self.modes = Modes((*API_MODES, *WEBHOOK_MODES, "decline"))
        provider = Provider(
            sign=sign,
            retries=_RETRIES,
            retry_on=lambda status: not 200 <= status < 300,
            secret=os.environ.get("STRIPE_WEBHOOK_SECRET", "whsec_local"),
        )
        self.webhooks = Webhooks(provider, self.modes, webhook_urls, retry_ms)
        self._account = Account(base_url, self._publish)
        self._api = Api(self._account, os.environ.get("STRIPE_API_KEY", "sk_test_local"))
        self.routes: list[BaseRoute] = self._api.routes + CheckoutPage(self._account, self.modes).routes

    def _publish(self, event: Object) -> None:
        event["pending_webhooks"] = len(self.webhooks.endpoints)
        self.webhooks.publish(_message(event))

    def is_api_call(self, path: str) -> bool:
        """Whether a path is one of Stripe's API."""
        return path.startswith("/v1/")

    def failure(self, status: int) -> Response:
        """Stripe's answer for too many requests (429) or its own trouble (500)."""
        if status == 429:
            return error_response(StripeError(429, "Request rate limit exceeded.", code="rate_limit"))
        return error_response(StripeError(500, "An unknown error occurred.", kind="api_error"))

    def event(self, event_id: str) -> Message | None:
        """A past event, ready to be sent again."""
        event = self._account.objects[EVENT].get(event_id)
        return _message(event) if event else None

    def state(self) -> dict[str, Any]:
        """Every object by kind, oldest first."""
        return {
            "objects": {kind: [public(one) for one in found.values()] for kind, found in self._account.objects.items()}
        }

    def reset(self) -> None:
        """Forget every object and idempotency key."""
        self._account.reset()
        self._api.reset()


def _message(event: Object) -> Message:
    # Stripe sends its events indented and in plain UTF-8, which a receiver that re-encodes them would get wrong.
    return Message(event["id"], event["type"], json.dumps(event, indent=2, ensure_ascii=False).encode())


def sign(secret: str, message: Message, url: str) -> Signed:
    """Make the headers of a delivery, with the current time and the v1 signature over `{time}.{body}`."""
    del url
    now = clock.seconds()
    signature = hmac.new(secret.encode(), f"{now}.".encode() + message.body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": f"t={now},v1={signature}",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    return headers, message.body


if __name__ == "__main__":
    _server.main("Stripe", StripeSimulator)
