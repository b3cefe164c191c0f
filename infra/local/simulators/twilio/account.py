"""What the account holds: texts, calls, how each number behaves, and who has opted out."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from infra.local import clock

WHATSAPP = "whatsapp:"
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START_WORDS = frozenset({"START", "YES", "UNSTOP"})
HELP_WORDS = frozenset({"HELP", "INFO"})
"""Words that Twilio acts on by itself when a message holds nothing else."""

CONVERSATION = timedelta(hours=24)
"""How long after a person's last WhatsApp message words of one's own may be sent to them."""


def new_sid(prefix: str) -> str:
    """Make an identifier of Twilio's form: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


@dataclass(slots=True)
class Step:
    """A state that a text or call came into."""

    status: str
    at: datetime
    error: int | None = None


@dataclass(slots=True)
class Contact:
    """What a text and a call have in common.

    Attributes:
        sid: its identifier.
        to: a number, or ``whatsapp:`` and a number.
        sender: as ``to``.
        direction: ``outbound-api``, ``outbound-reply`` (Twilio's own answer to a keyword) or ``inbound``.
        callback: where its states are told; may be empty.
        history: its states, oldest first.
    """

    sid: str
    to: str
    sender: str
    direction: str
    callback: str
    history: list[Step] = field(default_factory=list)

    @property
    def status(self) -> str:
        """Its present state."""
        return self.history[-1].status

    @property
    def error(self) -> int | None:
        """Why it failed."""
        return self.history[-1].error

    @property
    def created(self) -> datetime:
        """When it was made."""
        return self.history[0].at

    def enter(self, status: str, error: int | None = None) -> None:
        """Come into a state now, unless it is the present one."""
        if not self.history or self.status != status:
            self.history.append(Step(status, clock.now(), error))


@dataclass(slots=True)
class Text(Contact):
    """An SMS or WhatsApp message."""

    body: str = ""
    service: str = ""
    content: str = ""
    validity: str = ""

    @property
    def channel(self) -> str:
        """``whatsapp`` or ``sms``."""
        return "whatsapp" if self.to.startswith(WHATSAPP) else "sms"


@dataclass(slots=True)
class Call(Contact):
    """A call that speaks what its TwiML says."""

    twiml: str = ""
    events: frozenset[str] = frozenset({"completed"})
    detection: str = ""
    answered_by: str | None = None
    told: int = 0

    @property
    def channel(self) -> str:
        """``voice``."""
        return "voice"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What becomes of what is sent to a number.

    Attributes:
        text: last state of a text; after ``sent`` no receipt ever comes, ``read`` is WhatsApp's.
        error: error code of a text that does not arrive.
        call: who takes a call, or how it ends.
        refuse: error code with which the API refuses anything to it; 0 for none.
    """

    text: Literal["delivered", "read", "sent", "undelivered", "failed"] = "delivered"
    error: int = 30003
    call: Literal["human", "machine", "no-answer", "busy", "failed"] = "human"
    refuse: int = 0


# Twilio's own magic numbers of test credentials.
MAGIC = {
    "+15005550001": Behaviour(refuse=21211),
    "+15005550002": Behaviour(refuse=21612),
    "+15005550003": Behaviour(refuse=21408),
    "+15005550004": Behaviour(refuse=21610),
    "+15005550009": Behaviour(refuse=21614),
}


class Account:
    """Every object of one account, oldest first."""

    def __init__(self, sid: str, token: str, sender: str) -> None:
        self.sid, self.token, self.sender = sid, token, sender
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.texts: dict[str, Text] = {}
        self.calls: dict[str, Call] = {}
        self.behaviours: dict[str, Behaviour] = dict(MAGIC)
        self.contents: dict[str, str] = {}
        self.opted_out: set[str] = set()
        self.handles_keywords = True
        self._heard: dict[str, datetime] = {}

    def behaviour(self, address: str) -> Behaviour:
        """Return what becomes of what is sent to an address."""
        return self.behaviours.get(address.removeprefix(WHATSAPP), Behaviour())

    def may_converse(self, address: str) -> bool:
        """Tell whether the person has written by WhatsApp within the last 24 hours."""
        heard = self._heard.get(address)
        return heard is not None and clock.now() - heard < CONVERSATION

    def add(self, contact: Text | Call, status: str) -> None:
        """Keep a new text or call in its first state."""
        contact.enter(status)
        if isinstance(contact, Call):
            self.calls[contact.sid] = contact
        else:
            self.texts[contact.sid] = contact

    def hear(self, text: Text) -> Text | None:
        """Keep what a person wrote, act on keywords, and return Twilio's own answer to them if there is one."""
        self.add(text, "received")
        self._heard[text.sender] = clock.now()
        answer = self._act_on(text) if self.handles_keywords else None
        if not answer:
            return None
        reply = Text(new_sid("SM"), text.sender, text.to, "outbound-reply", "", body=answer, service=text.service)
        self.add(reply, "queued")
        return reply

    def _act_on(self, text: Text) -> str:
        match opt_out_type(text.body):
            case "STOP" if text.sender not in self.opted_out:
                self.opted_out.add(text.sender)
                return "You are unsubscribed and will get no more messages. Reply START to resubscribe."
            case "START" if text.sender in self.opted_out:
                self.opted_out.remove(text.sender)
                return "You are subscribed again. Reply STOP to unsubscribe."
            case "HELP" if text.sender not in self.opted_out:
                return "Reply STOP to unsubscribe."
            case _:
                return ""


def opt_out_type(body: str) -> str:
    """Return ``STOP``, ``START`` or ``HELP`` for a message that is one of Twilio's keywords and nothing else."""
    word = body.strip().upper()
    kinds = {"STOP": STOP_WORDS, "START": START_WORDS, "HELP": HELP_WORDS}
    return next((kind for kind, words in kinds.items() if word in words), "")
