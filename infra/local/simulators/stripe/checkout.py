"""The hosted checkout page: what the customer sees and may do at a session's `url`."""

from pathlib import Path
from urllib.parse import parse_qsl, quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from infra.local.simulators._modes import Modes
from infra.local.simulators.stripe.account import DELAYED, INTENT, SESSION, Account, Object
from infra.local.simulators.stripe.errors import StripeError

# Currencies whose smallest unit is the unit itself, in Stripe's amounts too.
_WITHOUT_CENTS = frozenset({"clp", "jpy", "krw", "pyg", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"})
_EXPIRE = ("expire", "Let it expire")

Group = tuple[str, list[tuple[str, str]]]


class CheckoutPage:
    """Shows a session and turns the customer's choice into what happens to the payment."""

    def __init__(self, account: Account, modes: Modes) -> None:
        self._account = account
        self._modes = modes
        loader = FileSystemLoader(Path(__file__).parent)
        self._page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(
            "checkout.html"
        )
        self.routes: list[BaseRoute] = [
            Route("/checkout/{id}", self._show, methods=["GET"]),
            Route("/checkout/{id}", self._act, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        session = self._session(request)
        return self._render(session, _notice(session))

    async def _act(self, request: Request) -> Response:
        session = self._session(request)
        action = dict(parse_qsl((await request.body()).decode(errors="replace"))).get("action", "")
        if action not in {name for _, actions in self._groups(session) for name, _ in actions}:
            return self._render(session, _notice(session) or "Please choose one of the buttons.", 409)
        if action == "cancel":
            return RedirectResponse(session["cancel_url"], 303)
        if action == "decline" or (action == "card" and self._modes.take("decline", "card")):
            self._account.decline(session)
            return self._render(session, "Your card was declined. Please try another way to pay.", 402)
        if action == "expire":
            self._account.expire(session)
            return self._render(session, _notice(session))
        if action in {"arrives", "fails"}:
            self._account.settle_bank_transfer(session, arrives=action == "arrives")
            return self._render(session, _notice(session))
        if action == "bank":
            self._account.start_bank_transfer(session)
        else:
            self._account.pay_by_card(session)
        return RedirectResponse(session["success_url"].replace("{CHECKOUT_SESSION_ID}", quote(session["id"])), 303)

    def _session(self, request: Request) -> Object:
        try:
            return self._account.get(SESSION, request.path_params["id"])
        except StripeError as error:
            raise HTTPException(404, "There is no such checkout.") from error

    def _groups(self, session: Object) -> list[Group]:
        if session["status"] == "open":
            methods = session["payment_method_types"]
            pay = [("card", "Pay by card")] if "card" in methods else []
            if DELAYED.intersection(methods):
                pay.append(("bank", "Pay by bank transfer"))
            leave = [("cancel", "Cancel and go back")] if session["cancel_url"] else []
            decline = [("decline", "Decline the card")] if "card" in methods else []
            return [("Pay", pay), ("Or try what can go wrong", [*decline, *leave, _EXPIRE])]
        if session["status"] == "complete" and self._transfer_is_open(session):
            return [("The bank transfer", [("arrives", "The money arrives"), ("fails", "The transfer fails")])]
        return []

    def _transfer_is_open(self, session: Object) -> bool:
        return bool(self._account.objects[INTENT][session["payment_intent"]]["status"] == "processing")

    def _render(self, session: Object, notice: str, status: int = 200) -> Response:
        currency = session["currency"]
        lines = [line | {"price": price(line["amount"], currency)} for line in session["_lines"]]
        total = price(session["amount_total"], currency)
        page = self._page.render(lines=lines, total=total, notice=notice, groups=self._groups(session))
        return HTMLResponse(page, status)


def _notice(session: Object) -> str:
    if session["status"] == "expired":
        return "This checkout has expired."
    if session["status"] == "open":
        return ""
    return (
        "This checkout is paid." if session["payment_status"] == "paid" else "This checkout is complete, not yet paid."
    )


def price(amount: int, currency: str) -> str:
    """Write an amount of Stripe's smallest units for people: 4990 usd is "49.90 USD"."""
    if currency in _WITHOUT_CENTS:
        return f"{amount} {currency.upper()}"
    return f"{amount // 100}.{amount % 100:02} {currency.upper()}"
