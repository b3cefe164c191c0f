"""Forecasts: what would become of a message that nobody asked for, by the gate's own judgement (X-A-49)."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.messaging import facts, gate, variables, words
from shared.messaging.channels import Channel
from shared.messaging.facts import Known
from shared.messaging.gate import Block, Defer, Send
from shared.messaging.requests import MessageRequest, unsent
from shared.messaging.words import NoWords

WAITS = 8
"""How often a message may be deferred anew before the forecast gives up."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of a message.

    Attributes:
        at: when it would leave; ``None`` where it would not.
        channel: by which channel.
        words: what it would say.
        reason: why it would not leave.
    """

    at: datetime | None = None
    channel: Channel | None = None
    words: str | None = None
    reason: str | None = None


def forecast(wanted: MessageRequest, *, at: datetime) -> Forecast:
    """Return what would become of a message asked for at an instant, as things stand now. Three reads, no write.

    The function needs ``touches=[messaging.access.FORECAST, messaging.access.READ_WORDS]``, ``layers=["text"]`` and the
    settings of one that sends.
    """
    known = facts.read(unsent(wanted, now=at), at)
    moment = at
    for _ in range(WAITS):
        match gate.decide(replace(known.facts, now=moment)):
            case Send(way=way):
                return _leaves(known, way.channel, moment)
            case Defer(until=until):
                moment = until
            case Block(reason=reason):
                return Forecast(reason=reason)
    return Forecast(reason="DEFERRED")


def _leaves(known: Known, channel: Channel, at: datetime) -> Forecast:
    message = known.message
    try:
        said = words.render(
            message.template,
            known.recipient.locale if known.recipient else "en",
            channel,
            variables.given(message.variables),
            first_text=channel is Channel.SMS and not known.texted,
            now=at,
        )
    except NoWords:
        return Forecast(reason="TEMPLATE")
    return Forecast(at, channel, said.text)
