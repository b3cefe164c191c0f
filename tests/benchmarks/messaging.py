"""What a message asks of AWS from its request to its status callback; what providers do is not counted."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

import pytest

from shared import messaging
from shared.kernel.storage.writes import transact
from shared.messaging import Channel
from shared.messaging.providers.adapters import adapter
from shared.messaging.sending import dispatch
from shared.messaging.templates import versions
from tests import carriers, environment, messages, texting
from tests.benchmarks.deployment import Deployment
from tests.calls import invoke
from tests.carriers import Carrier
from tests.clock import START

USER = "usr_reader"
LATER = START + timedelta(days=2)

Counts = dict[str, Any]
Ask = Callable[[str, datetime], str]


def measure(bench: Deployment) -> dict[str, Counts]:
    """Ask for messages and let them leave, each kind once before it is counted."""
    with pytest.MonkeyPatch.context() as patch, carriers.carried(Carrier()) as carrier:
        for name, value in messages.ENVIRONMENT.items():
            patch.setenv(name, value)
        environment.read_anew()
        patch.setattr(dispatch, "adapter", lambda way: adapter(way) if way is Channel.IN_APP else carrier)
        _people()
        found = {kind: _advanced(bench, kind) for kind in ASKS}
        found |= {"requestMessage": _requested(bench)} | _event(bench)
    environment.read_anew()
    return found


def _people() -> None:
    messages.register_sender()
    messages.enlist("ptn_text", phone=messages.LONDON, email=None)
    messages.enlist("ptn_mail", phone=None, channels=(Channel.EMAIL,))
    messages.enlist("ptn_voice", phone="+447400900123", email=None, voicemail=True)
    # Whoever gets more in a week than they were promised gets no more.
    messages.enlist("ptn_told", phone="+447400900125", email=None)
    messages.enlist("ptn_silent", phone="+447400900124", email=None, consents=())
    transact(messaging.enlist_user(USER, "Rita", "rita@example.com"))


def _to(partner: str, category: str = "partner-notice") -> Ask:
    return lambda key, at: messages.ask(key, to=partner, category=category, topics=(f"run:{key}", f"day:{key}"), at=at)


def _in_app(key: str, at: datetime) -> str:
    words = {"balance": "49.5"}
    return messages.ask(
        key, to=USER, category="progress", template="balance.low", variables=words, topics=(), subject_id=None, at=at
    )


ASKS: dict[str, Ask] = {
    "sendText": _to("ptn_text"),
    "sendCappedText": _to("ptn_text", "partner-ask"),
    "sendTextWithVoicemail": _to("ptn_voice"),
    "sendMail": _to("ptn_mail"),
    "sendInApp": _in_app,
    "blockMessage": _to("ptn_silent"),
}
"""A message of each kind; two kinds of text, because an ask is counted for its partner and for its user."""


def _advanced(bench: Deployment, kind: str) -> Counts:
    """Send a first message of a kind; count the next, two days later, so that no cap is in its way.

    Words in use are read once a minute by whoever sends.
    """
    dispatch.advance(ASKS[kind](f"{kind}-1", START), now=START)
    message_id = ASKS[kind](f"{kind}-2", LATER)
    versions.in_use(now=LATER)
    with bench.wire.counted() as counts:
        dispatch.advance(message_id, now=LATER)
    return counts | {"became": messages.standing(message_id).status}


def _requested(bench: Deployment) -> Counts:
    """Count the two writes that a request adds to its cause's transaction, as a transaction of their own."""
    with bench.wire.counted() as counts:
        _to("ptn_text")("requested", START)
    return counts


def _event(bench: Deployment) -> dict[str, Counts]:
    """Count what Twilio's word that a text arrived takes: its receipt, and the work from the queue."""
    found: dict[str, Counts] = {}
    for key in ("told-1", "told-2"):
        message_id = _to("ptn_told")(key, START)
        dispatch.advance(message_id, now=START)
        query = f"message={message_id}&attempt=1"
        fields = texting.status("delivered", at=int(key[-1]))
        with bench.wire.counted() as found["callbackReceive"]:
            answer = invoke("messaging.receive_twilio_event", texting.posted(fields, query=query))
        assert answer["statusCode"] == HTTPStatus.OK
        with bench.wire.counted() as found["callbackWork"]:
            assert texting.work(f"{dict(fields)['MessageSid']}-delivered") == []
        assert messages.standing(message_id).status == "DELIVERED"
    return found
