"""The outbox: everything that left the system, on one page, where one can also answer as the person who got it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode
from xml.etree import ElementTree as ET

import aiohttp
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from infra.local import clock
from infra.local.simulators.twilio.account import Account, Call, Text

_SHOWN = 200
_ANSWER_WITHIN = aiohttp.ClientTimeout(total=5)
_SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}

Entry = dict[str, Any]


class Outbox:
    """Texts and calls of this simulator, and mails of the one of SES."""

    def __init__(self, account: Account, ses: str, answer: Callable[[str, str], str | None]) -> None:
        self._account = account
        self._mails = f"{ses}/_sim/mails"
        self._answer = answer
        loader = FileSystemLoader(Path(__file__).parent)
        self._page = Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("outbox.html")
        self.routes: list[BaseRoute] = [
            Route("/outbox", self._show),
            Route("/outbox.json", self._list),
            Route("/outbox/reply", self._reply, methods=["POST"]),
        ]

    async def _show(self, request: Request) -> Response:
        address = request.query_params.get("address", "")
        found = await self._entries(address)
        page = self._page.render(address=address, entries=found[:_SHOWN], total=len(found), now=_time(clock.now()))
        return HTMLResponse(page, headers=_SAFE)

    async def _list(self, request: Request) -> Response:
        return JSONResponse({"messages": await self._entries(request.query_params.get("address", ""))})

    async def _reply(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(errors="replace")))
        if self._answer(form.get("from", ""), form.get("body", "")) is None:
            raise HTTPException(400, "a reply needs a number and words")
        address = form.get("address", "")
        return RedirectResponse("/outbox" + (f"?{urlencode({'address': address})}" if address else ""), 303)

    async def _entries(self, address: str) -> list[Entry]:
        entries = [_text(text) for text in self._account.texts.values()]
        entries += [_call(call) for call in self._account.calls.values()]
        entries += [_mail(mail) for mail in await self._sent_mails()]
        wanted = [entry for entry in entries if any(address in one for one in (entry["from"], *entry["to"]))]
        return sorted(wanted, key=lambda entry: str(entry["at"]), reverse=True)

    async def _sent_mails(self) -> list[Entry]:
        try:
            async with aiohttp.request("GET", self._mails, timeout=_ANSWER_WITHIN) as answer:
                mails: list[Entry] = (await answer.json())["mails"]
        except (aiohttp.ClientError, TimeoutError) as silence:
            raise HTTPException(
                502, "the simulator of SES does not answer: without it the mails are missing"
            ) from silence
        return mails


def _contact(contact: Text | Call) -> Entry:
    return {
        "id": contact.sid,
        "channel": contact.channel,
        "direction": contact.direction,
        "from": contact.sender,
        "to": [contact.to],
        "at": _time(contact.created),
        "status": contact.status,
        "error": contact.error,
        "history": [{"status": step.status, "at": _time(step.at)} for step in contact.history],
        "subject": "",
        "headers": [],
        "tags": {},
    }


def _text(text: Text) -> Entry:
    return _contact(text) | {"words": text.body}


def _call(call: Call) -> Entry:
    return _contact(call) | {"words": "\n".join(_spoken(call.twiml)), "answeredBy": call.answered_by}


def _spoken(twiml: str) -> Iterator[str]:
    """Yield what a call says; TwiML that cannot be read is shown as it is."""
    try:
        root = ET.fromstring(twiml)
    except ET.ParseError:
        yield twiml
        return
    for said in root.iter("Say"):
        yield "".join(said.itertext()).strip()


def _mail(mail: Entry) -> Entry:
    history = [{"status": kind.lower(), "at": at} for kind, at in mail["history"]]
    return {
        "id": mail["id"],
        "channel": "email",
        "direction": "outbound-api",
        "from": mail["source"],
        "to": mail["to"],
        "at": mail["at"],
        "status": history[-1]["status"] if history else "taken",
        "error": None,
        "history": history,
        "subject": mail["subject"],
        "headers": mail["headers"],
        "tags": mail["tags"],
        "words": mail["text"] or mail["html"],
        "html": mail["html"],
    }


def _time(instant: datetime) -> str:
    return instant.isoformat(timespec="milliseconds")
