"""Twilio's HTTP API: authentication, messages, calls, lists and errors, as its SDK uses it."""

import base64
import binascii
import json
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import phonenumbers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from infra.local.simulators.twilio.account import WHATSAPP, Account, Call, Text, new_sid
from infra.local.simulators.twilio.errors import TwilioError, error_response
from infra.local.simulators.twilio.network import Network

PREFIX = "/2010-04-01/Accounts/"

_LONGEST_BODY = 1600
_DEFAULT_PAGE, _LARGEST_PAGE = 50, 1000
_SERVICE = re.compile(r"MG[0-9a-f]{32}")

Form = dict[str, str]
Object = dict[str, Any]


class Api:
    """The routes of one account."""

    def __init__(self, account: Account, network: Network) -> None:
        self._account = account
        self._network = network
        base = PREFIX + "{account}"
        self.routes: list[BaseRoute] = [
            self._route("POST", base + "/Messages.json", self._send, 201),
            self._route("GET", base + "/Messages.json", self._list_texts),
            self._route("GET", base + "/Messages/{sid}.json", self._fetch_text),
            self._route("POST", base + "/Calls.json", self._call, 201),
            self._route("GET", base + "/Calls.json", self._list_calls),
            self._route("GET", base + "/Calls/{sid}.json", self._fetch_call),
            self._route("GET", PREFIX + "{rest:path}", _unknown),
            self._route("POST", PREFIX + "{rest:path}", _unknown),
        ]

    def _route(self, method: str, path: str, handler: Callable[[Request, Form], Object], status: int = 200) -> Route:
        async def endpoint(request: Request) -> Response:
            encoded = await request.body() if method == "POST" else request.scope["query_string"]
            try:
                self._authenticate(request)
                form = parse_qsl(encoded.decode(errors="replace"), keep_blank_values=True)
                if method == "POST":
                    return JSONResponse(handler(request, _form(form)), status)
                return JSONResponse(handler(request, dict(form)), status)
            except TwilioError as error:
                return error_response(error)

        return Route(path, endpoint, methods=[method])

    def _authenticate(self, request: Request) -> None:
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(credentials).decode() if scheme.lower() == "basic" else ""
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        if not secrets.compare_digest(given.encode(), f"{self._account.sid}:{self._account.token}".encode()):
            raise TwilioError(20003)
        if request.path_params.get("account", self._account.sid) != self._account.sid:
            raise TwilioError(20404)

    def _send(self, _: Request, form: Form) -> Object:
        to, service = form.get("To", ""), form.get("MessagingServiceSid", "")
        sender = self._sender(form, to, service)
        self._check_text_number(to)
        body = self._words(form)
        text = Text(
            new_sid("SM"),
            to,
            sender,
            "outbound-api",
            _callback(form),
            body=body,
            service=service,
            content=form.get("ContentSid", ""),
            validity=form.get("ValidityPeriod", ""),
        )
        if to in self._account.opted_out:
            raise TwilioError(21610)
        self._account.add(text, "accepted" if service else "queued")
        answer = self._show_text(text)
        self._network.carry(text)
        return answer

    def _sender(self, form: Form, to: str, service: str) -> str:
        if not to:
            raise TwilioError(21604)
        if service and not _SERVICE.fullmatch(service):
            raise TwilioError(21701)
        sender = form.get("From", "")
        if not (sender or service):
            raise TwilioError(21603)
        channel = WHATSAPP if to.startswith(WHATSAPP) else ""
        if sender and sender.startswith(WHATSAPP) != to.startswith(WHATSAPP):
            raise TwilioError(21910)
        if sender and not is_number(sender.removeprefix(WHATSAPP)):
            raise TwilioError(21212)
        return sender or channel + self._account.sender

    def _check_text_number(self, to: str) -> None:
        number = to.removeprefix(WHATSAPP)
        if not is_number(number):
            raise TwilioError(21211)
        if refused := self._account.behaviour(to).refuse:
            raise TwilioError(refused)
        kind = phonenumbers.number_type(phonenumbers.parse(number))
        if not to.startswith(WHATSAPP) and kind == phonenumbers.PhoneNumberType.FIXED_LINE:
            raise TwilioError(21614)

    def _words(self, form: Form) -> str:
        if content := form.get("ContentSid"):
            return self._filled(content, form.get("ContentVariables", ""))
        body = form.get("Body", "")
        if not body:
            raise TwilioError(21602)
        if len(body) > _LONGEST_BODY:
            raise TwilioError(21617)
        return body

    def _filled(self, content: str, variables: str) -> str:
        """Return a template's words; one that the simulator was not told of is shown by its name and variables."""
        try:
            values = json.loads(variables or "{}")
        except ValueError as problem:
            raise TwilioError(21656) from problem
        if not isinstance(values, dict) or not all(isinstance(value, str) for value in values.values()):
            raise TwilioError(21656)
        words = self._account.contents.get(content)
        if words is None:
            return f"{content} {json.dumps(values, ensure_ascii=False)}"
        return re.sub(r"\{\{(\w+)\}\}", lambda found: values.get(found[1], found[0]), words)

    def _call(self, _: Request, form: Form) -> Object:
        to, sender = form.get("To", ""), form.get("From", "")
        if not is_number(sender):
            raise TwilioError(21212)
        if not is_number(to):
            raise TwilioError(21211 if to else 21604)
        if refused := self._account.behaviour(to).refuse:
            raise TwilioError({21614: 13224, 21408: 13227}.get(refused, 21217))
        if not (form.get("Twiml") or form.get("Url")):
            raise TwilioError(21205)
        call = Call(
            new_sid("CA"),
            to,
            sender,
            "outbound-api",
            _callback(form),
            twiml=form.get("Twiml", "") or form["Url"],
            events=frozenset(form.get("StatusCallbackEvent", "completed").split(" ")),
            detection=form.get("MachineDetection", ""),
        )
        self._account.add(call, "queued")
        answer = self._show_call(call)
        self._network.carry(call)
        return answer

    def _fetch_text(self, request: Request, _: Form) -> Object:
        return self._show_text(_found(self._account.texts, request.path_params["sid"]))

    def _fetch_call(self, request: Request, _: Form) -> Object:
        return self._show_call(_found(self._account.calls, request.path_params["sid"]))

    def _list_texts(self, request: Request, query: Form) -> Object:
        found = [self._show_text(text) for text in self._account.texts.values() if _matches(text, query, "DateSent")]
        return _page(request, query, "messages", found)

    def _list_calls(self, request: Request, query: Form) -> Object:
        found = [self._show_call(call) for call in self._account.calls.values() if _matches(call, query, "StartTime")]
        return _page(request, query, "calls", found)

    def _show_text(self, text: Text) -> Object:
        return {
            "account_sid": self._account.sid,
            "api_version": "2010-04-01",
            "body": text.body,
            "date_created": format_datetime(text.created),
            "date_sent": format_datetime(text.created),
            "date_updated": format_datetime(text.history[-1].at),
            "direction": text.direction,
            "error_code": text.error,
            "error_message": None,
            "from": text.sender,
            "messaging_service_sid": text.service or None,
            "num_media": "0",
            # Not known before a sender of the service has been chosen.
            "num_segments": "0" if text.service else "1",
            "price": None,
            "price_unit": "USD",
            "sid": text.sid,
            "status": text.status,
            "subresource_uris": {"media": f"{PREFIX}{self._account.sid}/Messages/{text.sid}/Media.json"},
            "to": text.to,
            "uri": f"{PREFIX}{self._account.sid}/Messages/{text.sid}.json",
        }

    def _show_call(self, call: Call) -> Object:
        return {
            "account_sid": self._account.sid,
            "answered_by": call.answered_by if call.status in {"in-progress", "completed"} else None,
            "api_version": "2010-04-01",
            "date_created": format_datetime(call.created),
            "date_updated": format_datetime(call.history[-1].at),
            "direction": call.direction,
            "duration": "12" if call.status == "completed" else None,
            "from": call.sender,
            "from_formatted": call.sender,
            "price": None,
            "price_unit": "USD",
            "sid": call.sid,
            "start_time": format_datetime(call.created),
            "status": "queued" if call.status == "initiated" else call.status,
            "subresource_uris": {},
            "to": call.to,
            "to_formatted": call.to,
            "uri": f"{PREFIX}{self._account.sid}/Calls/{call.sid}.json",
        }


def is_number(text: str) -> bool:
    """Tell whether a text is a number in E.164 that could exist."""
    if not re.fullmatch(r"\+[1-9]\d{6,14}", text, re.ASCII):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text))
    except phonenumbers.NumberParseException:
        return False


def _form(pairs: list[tuple[str, str]]) -> Form:
    """Return a form's fields; repeated ones (a call's events) are joined by spaces."""
    form: Form = {}
    for name, value in pairs:
        form[name] = f"{form[name]} {value}" if name in form else value
    return form


def _callback(form: Form) -> str:
    url = form.get("StatusCallback", "")
    if url and not (urlsplit(url).scheme in {"http", "https"} and urlsplit(url).hostname):
        raise TwilioError(21609)
    return url


def _found(kept: dict[str, Any], sid: str) -> Any:
    if sid not in kept:
        raise TwilioError(20404)
    return kept[sid]


def _matches(contact: Text | Call, query: Form, moment: str) -> bool:
    wanted = {"To": contact.to, "From": contact.sender, "Status": contact.status}
    if any(query.get(name, value) != value for name, value in wanted.items()):
        return False
    on, before, after = (_instant(query.get(moment + suffix)) for suffix in ("", "<", ">"))
    at = contact.created.replace(microsecond=0)
    whole_day = on is None or on <= at < on + timedelta(days=1)
    return whole_day and (before is None or at <= before) and (after is None or at >= after)


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as problem:
        raise TwilioError(20404) from problem
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _page(request: Request, query: Form, name: str, oldest_first: list[Object]) -> Object:
    size = min(int(query.get("PageSize", _DEFAULT_PAGE)), _LARGEST_PAGE)
    page = int(query.get("Page", 0))
    found = oldest_first[::-1]

    def uri(number: int) -> str:
        return f"{request.url.path}?{urlencode(query | {'PageSize': str(size), 'Page': str(number)})}"

    return {
        name: found[page * size : (page + 1) * size],
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": min(len(found), (page + 1) * size) - 1,
        "uri": uri(page),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if len(found) > (page + 1) * size else None,
        "previous_page_uri": uri(page - 1) if page else None,
    }


def _unknown(_: Request, __: Form) -> Object:
    raise TwilioError(20404)
