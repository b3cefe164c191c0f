"""Run the SES simulator: `python -m infra.local.simulators.ses --port N [--webhook-url URL]`.

Mail clients are pointed here instead of at the local AWS. Every call is handed on as it came, so its signature and the
caller's rights are still checked there; what is sent is remembered with tags and headers, which the local AWS forgets.
"""

import json
import os
from dataclasses import asdict
from datetime import datetime
from typing import Any, get_args

import aiohttp
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.local import clock
from infra.local.settings import LocalSettings
from infra.local.simulators import _server
from infra.local.simulators._modes import API_MODES, WEBHOOK_MODES, Modes
from infra.local.simulators._steering import read_json
from infra.local.simulators._timers import Timers
from infra.local.simulators._webhooks import Message, Provider, Webhooks
from infra.local.simulators.ses.mails import OUTCOMES, Mail, Outcome, event, read_mail
from infra.local.simulators.ses.topic import Topic

PREFIX = "/v2/email/"
_RETRIES = 5
_STEP_SECONDS = 0.02
# Headers that belong to a connection, not to a message.
_HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding", "date", "server"})


class SesSimulator:
    """Hands mails on, and tells what became of them."""

    def __init__(self, base_url: str, webhook_urls: list[str], retry_ms: int) -> None:
        self.modes = Modes((*API_MODES, *WEBHOOK_MODES, *OUTCOMES))
        self._topic = Topic(base_url)
        provider = Provider(
            sign=self._topic.sign,
            retries=_RETRIES,
            # A receiver's own refusal is final.
            retry_on=lambda status: status in {0, 429} or status >= 500,
            secret="",
        )
        self.webhooks = Webhooks(provider, self.modes, webhook_urls, retry_ms)
        self._aws = LocalSettings.load(os.environ).url("aws")
        self._timers = Timers()
        self._mails: dict[str, Mail] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._events: dict[str, Message] = {}
        self._confirmed: list[str] = []
        self.routes: list[BaseRoute] = [
            Route(PREFIX + "{rest:path}", self._hand_on, methods=["GET", "POST", "PUT", "DELETE"]),
            Route(self._topic.certificate_path, self._certificate),
            Route("/", self._visit),
            Route("/_sim/mails", self._list),
            Route("/_sim/addresses", self._set_address, methods=["POST"]),
            Route("/_sim/signature-version", self._set_version, methods=["POST"]),
            Route("/_sim/subscription", self._ask_to_confirm, methods=["POST"]),
        ]

    async def _hand_on(self, request: Request) -> Response:
        body = await request.body()
        url = f"{self._aws}{request.url.path}{f'?{request.url.query}' if request.url.query else ''}"
        # The host is part of what the caller signed.
        headers = {name: value for name, value in request.headers.items() if name not in _HOP}
        async with aiohttp.request(request.method, url, data=body, headers=headers) as answer:
            said = await answer.read()
            if request.url.path == f"{PREFIX}outbound-emails" and request.method == "POST" and answer.ok:
                self._take(read_mail(json.loads(said)["MessageId"], json.loads(body)))
            kept = {name: value for name, value in answer.headers.items() if name.lower() not in _HOP}
            return Response(said, answer.status, kept)

    def _take(self, mail: Mail) -> None:
        self._mails[mail.id] = mail
        outcome = self._outcome(mail.to[0])
        told = {
            "delivery": ("Send", "Delivery"),
            "bounce": ("Send", "Bounce"),
            "softbounce": ("Send", "Bounce"),
            "complaint": ("Send", "Delivery", "Complaint"),
            "none": ("Send",),
        }[outcome]
        self._go_on(mail, told, outcome)

    def _outcome(self, address: str) -> Outcome:
        address = address.rpartition("<")[2].rstrip(">").lower()
        struck: Outcome | None = next((mode for mode in OUTCOMES if self.modes.take(mode, address)), None)
        by_name: Outcome = next((mode for mode in OUTCOMES if address.startswith(mode)), "delivery")
        return struck or self._outcomes.get(address, by_name)

    def _go_on(self, mail: Mail, told: tuple[str, ...], outcome: Outcome) -> None:
        if not told:
            return

        def due() -> None:
            mail.history.append((told[0], clock.now()))
            self._publish(self._topic.notification(event(mail, told[0], outcome)))
            self._go_on(mail, told[1:], outcome)

        self._timers.call(_STEP_SECONDS, due)

    def _publish(self, message: Message) -> None:
        self._events[message.id] = message
        self.webhooks.publish(message)

    async def _certificate(self, _: Request) -> Response:
        return Response(self._topic.certificate, media_type="application/x-pem-file")

    async def _visit(self, request: Request) -> Response:
        if request.query_params.get("Action") != "ConfirmSubscription":
            raise HTTPException(404, "nothing is here")
        self._confirmed.append(request.query_params.get("Token", ""))
        return Response("<ConfirmSubscriptionResponse/>", media_type="text/xml")

    async def _ask_to_confirm(self, _: Request) -> Response:
        self._publish(self._topic.confirmation())
        return Response(status_code=204)

    async def _set_address(self, request: Request) -> Response:
        told = await read_json(request)
        address, outcome = told.get("address"), told.get("outcome")
        if not isinstance(address, str) or outcome not in get_args(Outcome):
            raise HTTPException(400, f"an `address` needs an `outcome` of {', '.join(get_args(Outcome))}")
        self._outcomes[address.lower()] = outcome
        return Response(status_code=204)

    async def _set_version(self, request: Request) -> Response:
        version = (await read_json(request)).get("version")
        if version not in {"1", "2"}:
            raise HTTPException(400, '`version` is "1" (SHA-1) or "2" (SHA-256)')
        self._topic.version = version
        return Response(status_code=204)

    async def _list(self, _: Request) -> Response:
        return JSONResponse({"mails": self._shown()})

    def _shown(self) -> list[dict[str, Any]]:
        return [
            asdict(mail) | {"at": _time(mail.at), "history": [(kind, _time(at)) for kind, at in mail.history]}
            for mail in self._mails.values()
        ]

    def is_api_call(self, path: str) -> bool:
        """Whether a path is one of SES's API."""
        return path.startswith(PREFIX)

    def failure(self, status: int) -> Response:
        """SES's answer for too many requests (429) or its own trouble (500)."""
        kind = "TooManyRequestsException" if status == 429 else "InternalFailure"
        return JSONResponse({"message": "Asked for by a failure mode."}, status, {"x-amzn-errortype": kind})

    def event(self, event_id: str) -> Message | None:
        """A past event, ready to be sent again."""
        return self._events.get(event_id)

    def state(self) -> dict[str, Any]:
        """Mails with their histories, confirmed subscriptions, and every event, oldest first."""
        return {
            "mails": self._shown(),
            "confirmed": self._confirmed,
            "events": [{"id": event.id, "type": event.type} for event in self._events.values()],
            "pending": self.webhooks.state()["pending"] + len(self._timers),
        }

    def reset(self) -> None:
        """Forget every mail, address and event."""
        self._timers.cancel()
        for kept in (self._mails, self._outcomes, self._events, self._confirmed):
            kept.clear()
        self._topic.version = "2"


def _time(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")


if __name__ == "__main__":
    _server.main("SES", SesSimulator)
