"""The way of a text or call after Twilio took it: its states one after the other, each told to its callback."""

from collections.abc import Callable
from email.utils import format_datetime
from urllib.parse import urlencode

from infra.local import clock
from infra.local.simulators._modes import Modes
from infra.local.simulators._timers import Timers
from infra.local.simulators._webhooks import Message
from infra.local.simulators.twilio.account import WHATSAPP, Account, Call, Contact, Text, new_sid, opt_out_type

MODES = ("undelivered", "failed", "no_answer", "busy", "machine", "call_failed")
"""Modes that strike a text or call on its way, whatever its number usually does; their subject is the number."""

_API_VERSION = "2010-04-01"
_OUTSIDE_CONVERSATION = 63016
_CALL_MODES = {"no_answer": "no-answer", "busy": "busy", "machine": "machine", "call_failed": "failed"}
# States of a call by the event that a caller asks to be told of; how it ended is always `completed`.
_EVENTS = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}
_SECONDS = 12

Way = list[tuple[str, int | None]]


class Network:
    """Moves texts and calls on, a little later each time, so that the API's answer usually comes first."""

    def __init__(self, account: Account, modes: Modes, publish: Callable[[Message], None], step_ms: int) -> None:
        self._account = account
        self._modes = modes
        self._publish = publish
        self._step = step_ms / 1000
        self.events: dict[str, Message] = {}
        self._timers = Timers()

    @property
    def pending(self) -> int:
        """States that are still to come."""
        return len(self._timers)

    def reset(self) -> None:
        """Stop everything on its way."""
        self._timers.cancel()
        self.events.clear()

    def carry(self, contact: Text | Call) -> None:
        """Send a text or place a call that was just taken."""
        way = self._way_of_call(contact) if isinstance(contact, Call) else self._way_of_text(contact)
        self._go_on(contact, way)

    def receive(self, text: Text) -> None:
        """Tell the application what a person wrote, and send Twilio's own answer to a keyword."""
        answer = self._account.hear(text)
        self._tell("inbound received", text.sender, self._inbound(text), "")
        if answer:
            self._go_on(answer, [("sent", None), ("delivered", None)])

    def _way_of_text(self, text: Text) -> Way:
        behaviour = self._account.behaviour(text.to)
        if text.channel == "whatsapp" and not text.content and not self._account.may_converse(text.to):
            return [("queued", None), ("failed", _OUTSIDE_CONVERSATION)]
        last = next((mode for mode in ("undelivered", "failed") if self._modes.take(mode, text.to)), behaviour.text)
        error = behaviour.error if last in {"undelivered", "failed"} else None
        way: Way = [("queued", None)]
        if last != "failed":
            way.append(("sent", None))
        if last == "read":
            way.append(("delivered", None))
        return way if last == "sent" else [*way, (last, error)]

    def _way_of_call(self, call: Call) -> Way:
        struck = next((end for mode, end in _CALL_MODES.items() if self._modes.take(mode, call.to)), "")
        end = struck or self._account.behaviour(call.to).call
        if end in {"human", "machine"}:
            if call.detection:
                found = {"Enable": "machine_start"}.get(call.detection, "machine_end_beep")
                call.answered_by = found if end == "machine" else "human"
            return [("initiated", None), ("ringing", None), ("in-progress", None), ("completed", None)]
        return (
            [("initiated", None), ("failed", None)]
            if end == "failed"
            else [("initiated", None), ("ringing", None), (end, None)]
        )

    def _go_on(self, contact: Text | Call, way: Way) -> None:
        if not way:
            return

        def due() -> None:
            contact.enter(*way[0])
            self._report(contact)
            self._go_on(contact, way[1:])

        self._timers.call(self._step, due)

    def _report(self, contact: Text | Call) -> None:
        if not contact.callback:
            return
        if isinstance(contact, Text):
            self._tell(f"message {contact.status}", contact.to, self._progress(contact), contact.callback)
        elif _EVENTS.get(contact.status, "completed") in contact.events:
            self._tell(f"call {contact.status}", contact.to, self._call_progress(contact), contact.callback)

    def _tell(self, kind: str, number: str, form: dict[str, str], url: str) -> None:
        message = Message(new_sid("EV"), f"{kind} {number}", urlencode(form).encode(), url)
        self.events[message.id] = message
        self._publish(message)

    def _common(self, contact: Contact) -> dict[str, str]:
        form = {"AccountSid": self._account.sid, "ApiVersion": _API_VERSION, "From": contact.sender, "To": contact.to}
        if isinstance(contact, Text):
            form |= {"MessageSid": contact.sid, "SmsSid": contact.sid, "SmsStatus": contact.status}
            form |= {"MessagingServiceSid": contact.service} if contact.service else {}
        return form

    def _progress(self, text: Text) -> dict[str, str]:
        form = self._common(text) | {"MessageStatus": text.status}
        if text.error:
            form["ErrorCode"] = str(text.error)
        if text.channel == "whatsapp":
            form |= {"ChannelPrefix": "whatsapp", "ChannelToAddress": text.to.removeprefix(WHATSAPP)}
            form |= {"EventType": text.status.upper()} if text.status in {"delivered", "read"} else {}
        elif text.status == "delivered":
            form["RawDlrDoneDate"] = clock.now().strftime("%y%m%d%H%M")
        return form

    def _call_progress(self, call: Call) -> dict[str, str]:
        form = self._common(call) | {
            "CallSid": call.sid,
            "CallStatus": call.status,
            "CallbackSource": "call-progress-events",
            "Called": call.to,
            "Caller": call.sender,
            "Direction": call.direction,
            "SequenceNumber": str(call.told),
            "Timestamp": format_datetime(clock.now()),
        }
        call.told += 1
        if call.answered_by and call.status in {"in-progress", "completed"}:
            form["AnsweredBy"] = call.answered_by
        if call.status == "completed":
            form |= {"CallDuration": str(_SECONDS), "Duration": "1"}
        return form

    def _inbound(self, text: Text) -> dict[str, str]:
        form = self._common(text) | {
            "Body": text.body,
            "NumMedia": "0",
            "NumSegments": "1",
            "SmsMessageSid": text.sid,
        }
        if text.channel == "whatsapp":
            number = text.sender.removeprefix(WHATSAPP)
            return form | {"MessageType": "text", "ProfileName": "", "WaId": number.removeprefix("+")}
        kind = opt_out_type(text.body) if self._account.handles_keywords else ""
        blank = dict.fromkeys(("FromCity", "FromState", "FromZip", "FromCountry"), "")
        return form | blank | ({"OptOutType": kind} if kind else {})
