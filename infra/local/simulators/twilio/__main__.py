"""Run the Twilio simulator: `python -m infra.local.simulators.twilio --port N [--webhook-url URL]`."""

import os
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qsl

from pydantic import TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from twilio.request_validator import RequestValidator

from infra.local import function_urls
from infra.local.settings import REGION, LocalSettings
from infra.local.simulators import _server
from infra.local.simulators._modes import API_MODES, WEBHOOK_MODES, Modes
from infra.local.simulators._steering import read_json
from infra.local.simulators._webhooks import Message, Provider, Signed, Webhooks
from infra.local.simulators.twilio.account import WHATSAPP, Account, Behaviour, Text, new_sid
from infra.local.simulators.twilio.api import PREFIX, Api, is_number
from infra.local.simulators.twilio.api_page import ApiPage
from infra.local.simulators.twilio.errors import TwilioError, error_response
from infra.local.simulators.twilio.network import MODES, Network
from infra.local.simulators.twilio.outbox import Outbox

_STEP_MS = 20
_BEHAVIOUR = TypeAdapter(Behaviour)


class TwilioSimulator:
    """Account, API, callbacks, and the people whom it reaches."""

    def __init__(self, base_url: str, webhook_urls: list[str], retry_ms: int) -> None:
        del base_url  # what this provider says names its public address only
        self.modes = Modes((*API_MODES, *WEBHOOK_MODES, *MODES))
        self._account = Account(
            os.environ.get("TWILIO_ACCOUNT_SID", "AC" + "0" * 32),
            os.environ.get("TWILIO_AUTH_TOKEN", "twilio_local"),
            os.environ.get("WELLSPRING_TWILIO_VOICE_FROM", "+15005550006"),
        )
        provider = Provider(
            sign=sign,
            # One more attempt, and only when there was no answer at all.
            retries=1,
            retry_on=lambda status: status == 0,
            secret=self._account.token,
        )
        self.webhooks = Webhooks(provider, self.modes, webhook_urls, retry_ms)
        settings = LocalSettings.load(os.environ)
        self._aws = settings.url("aws")
        self._network = Network(self._account, self.modes, self._publish, _STEP_MS)
        self.routes: list[BaseRoute] = [
            *Api(self._account, self._network).routes,
            *Outbox(self._account, settings.url("ses"), self._answer).routes,
            *ApiPage().routes,
            Route("/_sim/reply", self._reply, methods=["POST"]),
            Route("/_sim/numbers", self._set_number, methods=["POST"]),
            Route("/_sim/contents", self._set_content, methods=["POST"]),
            Route("/_sim/keywords", self._set_keywords, methods=["POST"]),
        ]

    def _publish(self, message: Message) -> None:
        url = function_urls.reachable(self._aws, message.url)
        self.webhooks.publish(Message(message.id, message.type, message.body, url))

    async def _reply(self, request: Request) -> Response:
        told = await read_json(request)
        sid = self._answer(told.get("from"), told.get("body"))
        if sid is None:
            raise HTTPException(400, "a reply needs a number `from` (or `whatsapp:` and a number) and a `body`")
        return JSONResponse({"sid": sid})

    def _answer(self, sender: Any, body: Any) -> str | None:
        """Let a person write to the number that last wrote to them; return the message's identifier.

        ``None``: that is no number, or no words.
        """
        if not (
            isinstance(sender, str) and isinstance(body, str) and body and is_number(sender.removeprefix(WHATSAPP))
        ):
            return None
        last = next((text for text in reversed(self._account.texts.values()) if text.to == sender), None)
        to = last.sender if last else (WHATSAPP if sender.startswith(WHATSAPP) else "") + self._account.sender
        text = Text(new_sid("SM"), to, sender, "inbound", "", body=body, service=last.service if last else "")
        self._network.receive(text)
        return text.sid

    async def _set_number(self, request: Request) -> Response:
        told = await read_json(request)
        number = told.pop("number", "")
        if not is_number(number):
            raise HTTPException(400, "`number` is a number in E.164")
        try:
            self._account.behaviours[number] = _BEHAVIOUR.validate_python(told)
        except ValidationError as problem:
            raise HTTPException(400, str(problem)) from problem
        return JSONResponse({"number": number} | asdict(self._account.behaviours[number]))

    async def _set_content(self, request: Request) -> Response:
        told = await read_json(request)
        if not (isinstance(told.get("sid"), str) and isinstance(told.get("body"), str)):
            raise HTTPException(400, "a template needs a `sid` and a `body` with {{1}} …")
        self._account.contents[told["sid"]] = told["body"]
        return Response(status_code=204)

    async def _set_keywords(self, request: Request) -> Response:
        self._account.handles_keywords = (await read_json(request)).get("handled", True) is True
        return Response(status_code=204)

    def is_api_call(self, path: str) -> bool:
        """Whether a path is one of Twilio's API."""
        return path.startswith(PREFIX)

    def failure(self, status: int) -> Response:
        """Twilio's answer for too many requests (429) or its own trouble (500)."""
        return error_response(TwilioError(20429 if status == 429 else 20500))

    def event(self, event_id: str) -> Message | None:
        """A past callback, ready to be sent again."""
        found = self._network.events.get(event_id)
        return found and Message(found.id, found.type, found.body, function_urls.reachable(self._aws, found.url))

    def state(self) -> dict[str, Any]:
        """Texts and calls with their histories, who opted out, and every callback, oldest first."""
        return {
            "texts": [_shown(text) for text in self._account.texts.values()],
            "calls": [_shown(call) for call in self._account.calls.values()],
            "opted_out": sorted(self._account.opted_out),
            "events": [
                {"id": event.id, "type": event.type, "url": event.url} for event in self._network.events.values()
            ],
            "pending": self.webhooks.state()["pending"] + self._network.pending,
        }

    def reset(self) -> None:
        """Forget every text, call, behaviour and opt-out."""
        self._network.reset()
        self._account.reset()


def _shown(contact: Any) -> dict[str, Any]:
    shown = asdict(contact) | {"channel": contact.channel, "status": contact.status, "error": contact.error}
    shown["history"] = [step | {"at": step["at"].isoformat()} for step in shown["history"]]
    if "events" in shown:
        shown["events"] = sorted(shown["events"])
    return shown


def sign(secret: str, message: Message, url: str) -> Signed:
    """Make the headers of a callback: its signature covers the public address and every field."""
    fields = dict(parse_qsl(message.body.decode(), keep_blank_values=True))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        "I-Twilio-Idempotency-Token": message.id,
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": RequestValidator(secret).compute_signature(function_urls.public(REGION, url), fields),
    }
    return headers, message.body


if __name__ == "__main__":
    _server.main("Twilio", TwilioSimulator)
