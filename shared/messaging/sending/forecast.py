"""Forecasts: what would become of messages that nobody asked for, by the gate's own judgement (X-A-49)."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime

from shared.kernel.categories import Channel
from shared.messaging.outgoing import Words
from shared.messaging.sending import gate, send_context
from shared.messaging.sending.counters import Counter
from shared.messaging.sending.gate import Block, ChannelOption, Count, Defer, Facts
from shared.messaging.sending.render_message import WindowClosed, render_message
from shared.messaging.sending.requests import MessageRequest, unsent
from shared.messaging.sending.send_context import SendContext
from shared.messaging.templates.rendering import NoWords

TURNS = 12
"""How often a message may wait anew, or turn to its next channel, before the forecast gives up."""


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


class Outlook:
    """What would become of one message after another: each that would leave counts against the caps of the next."""

    def __init__(self) -> None:
        """Begin with what was really sent."""
        self._sends: dict[Counter, list[datetime]] = defaultdict(list)

    def forecast(self, wanted: MessageRequest, *, at: datetime) -> Forecast:
        """Return what would become of a message asked for at an instant, as things stand now.

        Three reads, two more where it would wait and the person wrote by WhatsApp; no write. Budgets are not counted.
        The function needs ``touches=[messaging.access.FORECAST, messaging.access.READ_WORDS]``, ``layers=["text"]`` and
        the settings of one that sends.
        """
        known = send_context.read(unsent(wanted, now=at), at)
        asked = self._facts(known)
        for _ in range(TURNS):
            decision = gate.decide(asked)
            if isinstance(decision, Block):
                return Forecast(reason=decision.reason)
            if isinstance(decision, Defer):
                known, asked = self._later(known, asked, decision.until)
                continue
            said = _said(known, decision.way, asked.now)
            if isinstance(said, Words):
                for counter in known.counters:
                    self._sends[counter].append(asked.now)
                return Forecast(asked.now, decision.way.channel, said.text)
            asked = replace(asked, found={**asked.found, decision.way.channel: said})
        return Forecast(reason="DEFERRED")

    def _later(self, known: SendContext, asked: Facts, until: datetime) -> tuple[SendContext, Facts]:
        """Return the facts as they will be then, as far as they are known: a conversation may be over."""
        if any(way.conversation for way in asked.ways):
            known = send_context.read(known.message, until)
            asked = self._facts(known)
        return known, replace(asked, now=until)

    def _facts(self, known: SendContext) -> Facts:
        counted = zip(known.counters, known.facts.counts, strict=True)
        counts = tuple(Count(count.caps, (*count.sends, *self._sends[counter])) for counter, count in counted)
        return replace(known.facts, counts=counts)


def _said(known: SendContext, way: ChannelOption, now: datetime) -> Words | str:
    """Return a message's words for one channel, or why it cannot go there."""
    try:
        return render_message(known, way, now=now)
    except NoWords:
        return "TEMPLATE"
    except WindowClosed:
        return "WHATSAPP_WINDOW"
