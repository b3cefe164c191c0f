"""The merchant's account: its objects, how a payment moves them, and the event that each move causes."""

import asyncio
import copy
import secrets
import string
from collections.abc import Callable
from typing import Any

import stripe
from stripe.params import RefundCreateParams
from stripe.params.checkout import SessionCreateParams

from infra.local import clock
from infra.local.simulators.stripe import forms
from infra.local.simulators.stripe.errors import ParameterError, StripeError
from infra.local.simulators.stripe.forms import Params

Object = dict[str, Any]

SESSION, INTENT, CHARGE, REFUND, EVENT = "checkout.session", "payment_intent", "charge", "refund", "event"
# Ways to pay whose money arrives days later, if at all.
DELAYED = frozenset({"acss_debit", "au_becs_debit", "bacs_debit", "customer_balance", "sepa_debit", "us_bank_account"})

_ALPHABET = string.ascii_letters + string.digits
_REQUEST_OPTIONS = frozenset(stripe.RequestOptions.__annotations__)
_SESSION_PARAMS = frozenset(SessionCreateParams.__annotations__) - _REQUEST_OPTIONS
_REFUND_PARAMS = frozenset(RefundCreateParams.__annotations__) - _REQUEST_OPTIONS
# A session lives between 30 minutes and 24 hours.
_SHORTEST, _LONGEST = 30 * 60, 24 * 60 * 60
# The least that may be charged, in minor units (docs.stripe.com/currencies).
_MINIMUM = {"aud": 50, "cad": 50, "chf": 50, "eur": 50, "gbp": 30, "jpy": 50, "usd": 50}
_DECLINED = {
    "code": "card_declined",
    "decline_code": "generic_decline",
    "message": "Your card was declined.",
    "type": "card_error",
}
_NO_FUNDS = {
    "code": "insufficient_funds",
    "message": "The customer's account has too little money for this payment.",
    "type": "card_error",
}


def new_id(prefix: str, length: int = 24) -> str:
    """Make an id of Stripe's form."""
    return f"{prefix}_{''.join(secrets.choice(_ALPHABET) for _ in range(length))}"


def public(subject: Object) -> Object:
    """Copy an object as the API shows it: underscored fields are the simulator's own."""
    return {name: copy.deepcopy(value) for name, value in subject.items() if not name.startswith("_")}


class Account:
    """Every object of the merchant, by kind and id, oldest first."""

    def __init__(self, base_url: str, publish: Callable[[Object], None]) -> None:
        self._base_url = base_url
        self._publish = publish
        self.reset()

    def reset(self) -> None:
        """Forget every object."""
        self.objects: dict[str, dict[str, Object]] = {kind: {} for kind in (SESSION, INTENT, CHARGE, REFUND, EVENT)}

    def get(self, kind: str, object_id: str, param: str = "id") -> Object:
        """Return an object.

        Raises:
            StripeError: 404 resource_missing.
        """
        found = self.objects[kind].get(object_id)
        if found is None:
            raise StripeError(404, f"No such {kind}: '{object_id}'", code="resource_missing", param=param)
        return found

    def _add(self, kind: str, prefix: str, fields: Object) -> Object:
        created: Object = {
            "id": new_id(prefix),
            "object": kind,
            "created": clock.seconds(),
            "livemode": False,
        } | fields
        self.objects[kind][created["id"]] = created
        return created

    def _emit(self, event_type: str, subject: Object) -> None:
        fields = {
            "api_version": stripe.api_version,
            "data": {"object": public(subject)},
            "pending_webhooks": 0,
            "request": {"id": None, "idempotency_key": None},
            "type": event_type,
        }
        self._publish(self._add(EVENT, "evt", fields))

    def create_session(self, params: Params) -> Object:
        """Open a Checkout session in `payment` mode for priced line items.

        Raises:
            ParameterError: As Stripe for unknown, missing or wrong parameters; also for what is not imitated
                (other modes, stored prices, embedded pages).
        """
        forms.only(params, _SESSION_PARAMS)
        if (mode := forms.text(params, "mode")) != "payment":
            raise ParameterError(f"This simulator has no mode {mode}", "mode")
        lines = [_line(item, f"line_items[{index}]") for index, item in enumerate(forms.items(params, "line_items"))]
        if len({line["currency"] for line in lines}) != 1:
            raise ParameterError("Line items are required and must all have the same currency.", "line_items")
        currency, total = lines[0]["currency"], sum(line["amount"] for line in lines)
        if total < _MINIMUM.get(currency, 0):
            message = f"The Checkout Session's total amount must convert to at least {_MINIMUM[currency]} {currency}."
            raise ParameterError(message, "line_items", "amount_too_small")
        session_id = new_id("cs_test", 58)
        intent_data = forms.group(params, "payment_intent_data")
        fields = {
            "id": session_id,
            "amount_subtotal": total,
            "amount_total": total,
            "cancel_url": forms.address(params, "cancel_url") if params.get("cancel_url") else None,
            "client_reference_id": params.get("client_reference_id"),
            "currency": currency,
            "customer": None,
            "customer_details": None,
            "customer_email": params.get("customer_email"),
            "expires_at": _expiry(params),
            "metadata": forms.metadata(params),
            "mode": mode,
            "payment_intent": None,
            "payment_method_types": forms.items(params, "payment_method_types") or _usual_methods(currency),
            "payment_status": "unpaid",
            "status": "open",
            "success_url": forms.address(params, "success_url"),
            "ui_mode": "hosted_page",
            "url": f"{self._base_url}/checkout/{session_id}",
        }
        session = self._add(SESSION, "cs", fields)
        session["_lines"] = lines
        session["_intent"] = {
            "description": intent_data.get("description"),
            "metadata": forms.metadata(intent_data),
            "receipt_email": intent_data.get("receipt_email"),
        }
        asyncio.get_running_loop().call_later(fields["expires_at"] - clock.seconds(), self._expire_if_open, session)
        return session

    def _expire_if_open(self, session: Object) -> None:
        if self.objects[SESSION].get(session["id"]) is session and session["status"] == "open":
            self.expire(session)

    def expire(self, session: Object) -> Object:
        """Close an open session for good.

        Raises:
            StripeError: 400, it is complete or has expired.
        """
        if session["status"] != "open":
            raise StripeError(
                400,
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Session has a status of {session['status']}.",
            )
        session.update(status="expired", url=None)
        self._emit("checkout.session.expired", session)
        return session

    def pay_by_card(self, session: Object) -> None:
        """Pay an open session at once: charge, intent and session succeed in this order."""
        self._complete(session, "card")
        self._settle(session)
        self._emit("checkout.session.completed", session)

    def decline(self, session: Object) -> None:
        """Have the customer's card refused; the session stays open for another attempt."""
        self._fail(session, "card")

    def start_bank_transfer(self, session: Object) -> None:
        """Complete an open session whose money is still to come (`payment_status` unpaid)."""
        method = next(method for method in session["payment_method_types"] if method in DELAYED)
        self._complete(session, method)
        self._intent(session)["status"] = "processing"
        self._emit("checkout.session.completed", session)

    def settle_bank_transfer(self, session: Object, *, arrives: bool) -> None:
        """Let the money of a bank transfer arrive, or report that it never will."""
        if arrives:
            self._settle(session)
        else:
            self._fail(session, session["_method"])
        self._emit(f"checkout.session.async_payment_{'succeeded' if arrives else 'failed'}", session)

    def _intent(self, session: Object) -> Object:
        # Stripe makes the intent when the customer first tries to pay: until then the session has none.
        if session["payment_intent"] is None:
            intent = self._add(
                INTENT,
                "pi",
                session["_intent"]
                | {
                    "amount": session["amount_total"],
                    "amount_received": 0,
                    "currency": session["currency"],
                    "customer": None,
                    "last_payment_error": None,
                    "latest_charge": None,
                    "payment_method_types": session["payment_method_types"],
                    "status": "requires_payment_method",
                },
            )
            session["payment_intent"] = intent["id"]
        return self.objects[INTENT][session["payment_intent"]]

    def _complete(self, session: Object, method: str) -> None:
        self._intent(session)
        email = session["customer_email"] or "customer@example.com"
        session.update(status="complete", url=None, customer_details={"email": email}, _method=method)

    def _settle(self, session: Object) -> None:
        intent = self._intent(session)
        charge = self._charge(intent, session["_method"], None)
        intent.update(status="succeeded", amount_received=intent["amount"], last_payment_error=None)
        session["payment_status"] = "paid"
        self._emit("charge.succeeded", charge)
        self._emit("payment_intent.succeeded", intent)

    def _fail(self, session: Object, method: str) -> None:
        intent = self._intent(session)
        failure = _DECLINED if method == "card" else _NO_FUNDS
        charge = self._charge(intent, method, failure)
        intent.update(status="requires_payment_method", last_payment_error=failure | {"charge": charge["id"]})
        self._emit("charge.failed", charge)
        self._emit("payment_intent.payment_failed", intent)

    def _charge(self, intent: Object, method: str, failure: dict[str, str] | None) -> Object:
        succeeded = failure is None
        details: Object = {"brand": "visa", "last4": "4242"} if method == "card" else {"last4": "6789"}
        charge = self._add(
            CHARGE,
            "ch",
            {
                "amount": intent["amount"],
                "amount_captured": intent["amount"] if succeeded else 0,
                "amount_refunded": 0,
                "balance_transaction": new_id("txn") if succeeded else None,
                "captured": succeeded,
                "currency": intent["currency"],
                "customer": None,
                "disputed": False,
                "failure_code": failure and failure["code"],
                "failure_message": failure and failure["message"],
                "metadata": dict(intent["metadata"]),
                "paid": succeeded,
                "payment_intent": intent["id"],
                "payment_method_details": {"type": method, method: details},
                "refunded": False,
                "status": "succeeded" if succeeded else "failed",
            },
        )
        intent["latest_charge"] = charge["id"]
        return charge

    def refund(self, params: Params) -> Object:
        """Give a charge back, whole or in part.

        Raises:
            ParameterError: Neither a charge nor a payment intent is named, or the amount is not a positive number.
            StripeError: 400 when nothing was paid, when all was refunded, or when more is asked than is left.
        """
        forms.only(params, _REFUND_PARAMS)
        charge = self._refundable(params)
        left = charge["amount"] - charge["amount_refunded"]
        if left == 0:
            message = f"Charge {charge['id']} has already been refunded."
            raise StripeError(400, message, code="charge_already_refunded")
        amount = forms.integer(params, "amount", minimum=1) if "amount" in params else left
        if amount > left:
            message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})"
            raise StripeError(400, message, param="amount")
        metadata = forms.metadata(params)
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        refund = self._add(
            REFUND,
            "re",
            {
                "amount": amount,
                "charge": charge["id"],
                "currency": charge["currency"],
                "metadata": metadata,
                "payment_intent": charge["payment_intent"],
                "reason": params.get("reason"),
                "status": "succeeded",
            },
        )
        self._emit("charge.refunded", charge)
        return refund

    def _refundable(self, params: Params) -> Object:
        if "charge" in params:
            charge = self.get(CHARGE, forms.text(params, "charge"), "charge")
        elif "payment_intent" in params:
            intent = self.get(INTENT, forms.text(params, "payment_intent"), "payment_intent")
            charge = self.objects[CHARGE].get(intent["latest_charge"], {"paid": False})
        else:
            message = "One of the following params should be provided for this request: payment_intent or charge."
            raise ParameterError(message, "payment_intent", "parameter_missing")
        if not charge["paid"]:
            raise StripeError(400, "There is no successful charge to refund.", param="payment_intent")
        return charge


def _line(item: Any, path: str) -> Object:
    price = forms.group(item, "price_data", f"{path}[price_data]") if isinstance(item, dict) else {}
    if not price:
        raise ParameterError("This simulator knows no stored prices: give price_data.", f"{path}[price_data]")
    quantity = forms.integer(item, "quantity", f"{path}[quantity]", minimum=1)
    product = forms.group(price, "product_data", f"{path}[price_data][product_data]")
    return {
        "name": forms.text(product, "name", f"{path}[price_data][product_data][name]"),
        "description": product.get("description"),
        "currency": forms.text(price, "currency", f"{path}[price_data][currency]").lower(),
        "quantity": quantity,
        "amount": quantity * forms.integer(price, "unit_amount", f"{path}[price_data][unit_amount]"),
    }


def _expiry(params: Params) -> int:
    now = clock.seconds()
    if "expires_at" not in params:
        return now + _LONGEST
    expires_at = forms.integer(params, "expires_at")
    if not now + _SHORTEST <= expires_at <= now + _LONGEST:
        message = "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from session creation."
        raise ParameterError(message, "expires_at")
    return expires_at


def _usual_methods(currency: str) -> list[str]:
    return ["card", {"eur": "sepa_debit", "gbp": "bacs_debit"}.get(currency, "us_bank_account")]
