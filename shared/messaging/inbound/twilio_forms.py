"""What Twilio posts: its signature, and the forms that matter here. Pure."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qsl

from shared.kernel.categories import Channel
from shared.messaging.inbound.errors import Forged, UnreadableEvent
from shared.messaging.providers.twilio import WHATSAPP

JSON: Final = "application/json"
BODY_HASH: Final = "bodySHA256"
"""Query parameter that stands for a JSON body in the signature."""

MAX_FIELDS: Final = 200
"""Of one form; Twilio sends some thirty."""

Fields = list[tuple[str, str]]

_SID = re.compile(r"(?:SM|MM|CA)[0-9a-f]{32}", re.ASCII)
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_CODE = re.compile(r"[0-9]{1,6}", re.ASCII)
_STATUS = re.compile(r"[a-z-]{1,20}", re.ASCII)

_LONGEST_WORD = 40

_TEXT_STATES: Mapping[str, str] = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending"), "QUEUED"),
    "sent": "SENT",
    "delivered": "DELIVERED",
    "read": "READ",
    "undelivered": "UNDELIVERED",
    "failed": "FAILED",
    "canceled": "FAILED",
}
_CALL_STATES: Mapping[str, str] = {
    **dict.fromkeys(("queued", "initiated"), "QUEUED"),
    **dict.fromkeys(("ringing", "in-progress", "answered"), "SENT"),
    "completed": "DELIVERED",
    **dict.fromkeys(("busy", "no-answer"), "UNDELIVERED"),
    **dict.fromkeys(("failed", "canceled"), "FAILED"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a message or call of ours.

    Attributes:
        sid: Twilio's id.
        status: Twilio's word for the state.
        state: ours; ``None`` for one that is not known.
        code: Twilio's error code, or what kept a call from being answered.
        answered_by: who answered a call.
        number: whom it went to.
    """

    sid: str
    status: str
    state: str | None
    code: str | None
    answered_by: str | None
    number: str | None


@dataclass(frozen=True, slots=True)
class Written:
    """Somebody wrote to us.

    Attributes:
        sid: Twilio's id.
        number: who, E.164; ``None`` for senders that are no numbers.
        channel: SMS or WHATSAPP.
        text: what.
        handled: keyword that Twilio acted on and answered by itself: STOP, START or HELP.
    """

    sid: str
    number: str | None
    channel: Literal[Channel.SMS, Channel.WHATSAPP]
    text: str
    handled: str | None


def verify(url: str, media_type: str, body: bytes, signature: str, tokens: Iterable[str]) -> None:
    """Hold a delivery to Twilio's signature: HMAC-SHA1 over the exact URL and the form's fields.

    Fields are sorted by name, blank ones count, a repeated one counts with each different value. A JSON body is in the
    signature by its hash in the URL. https://www.twilio.com/docs/usage/security#validating-requests

    Raises:
        Forged: it is not Twilio's.
    """
    if media_type == JSON:
        if not hmac.compare_digest(_body_hash(url).encode(), hashlib.sha256(body).hexdigest().encode()):
            raise Forged
        signed = url
    else:
        signed = url + "".join(name + value for name, value in sorted(set(_form(body))))
    content = _bytes(signed)
    made = [base64.b64encode(hmac.digest(token.encode(), content, hashlib.sha1)) for token in tokens if token]
    if not any(hmac.compare_digest(one, _bytes(signature)) for one in made):
        raise Forged


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise Forged from None


def _body_hash(url: str) -> str:
    query = dict(parse_qsl(url.partition("?")[2], max_num_fields=MAX_FIELDS))
    found = query.get(BODY_HASH, "")
    return found if found.isascii() else ""


def _form(body: bytes) -> Fields:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError:
        raise Forged from None


def read(body: bytes) -> Told | Written:
    """Return what a verified delivery tells, a form or a JSON object.

    Raises:
        UnreadableEvent: it is of no form that matters here.
    """
    fields = _document(body) if body.startswith(b"{") else dict(_form(body))
    sid = fields.get("CallSid") or fields.get("MessageSid", "")
    if not _SID.fullmatch(sid):
        raise UnreadableEvent
    if "CallStatus" in fields:
        return _of_call(sid, fields)
    if "MessageStatus" in fields:
        return _of_text(sid, fields)
    if "Body" in fields and "From" in fields:
        return _written(sid, fields)
    raise UnreadableEvent


def _document(body: bytes) -> dict[str, str]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableEvent from None
    if not isinstance(found, dict):
        raise UnreadableEvent
    return {name: value for name, value in found.items() if isinstance(value, str)}


def _of_call(sid: str, fields: Mapping[str, str]) -> Told:
    status, by = _status(fields["CallStatus"]), fields.get("AnsweredBy", "")
    state = _CALL_STATES.get(status)
    # A fax machine heard nothing.
    if state == "DELIVERED" and by == "fax":
        state, status = "UNDELIVERED", by
    code = _matching(_CODE, fields.get("ErrorCode", ""))
    if state in {"UNDELIVERED", "FAILED"}:
        code = code or status
    return Told(sid, fields["CallStatus"], state, code, by[:_LONGEST_WORD] or None, _number(fields.get("To", "")))


def _of_text(sid: str, fields: Mapping[str, str]) -> Told:
    status = _status(fields["MessageStatus"])
    code = _matching(_CODE, fields.get("ErrorCode", ""))
    return Told(sid, status, _TEXT_STATES.get(status), code, None, _number(fields.get("To", "")))


def _written(sid: str, fields: Mapping[str, str]) -> Written:
    sender = fields["From"]
    channel: Literal[Channel.SMS, Channel.WHATSAPP] = Channel.WHATSAPP if sender.startswith(WHATSAPP) else Channel.SMS
    return Written(sid, _number(sender), channel, fields["Body"], fields.get("OptOutType") or None)


def _status(given: str) -> str:
    status = _matching(_STATUS, given)
    if status is None:
        raise UnreadableEvent
    return status


def _number(address: str) -> str | None:
    return _matching(_NUMBER, address.removeprefix(WHATSAPP))


def _matching(form: re.Pattern[str], given: str) -> str | None:
    return given if form.fullmatch(given) else None
